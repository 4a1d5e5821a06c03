"""Identifying the caller: tokens in three places, missing tokens and wrong ones."""

from datetime import timedelta

import pytest

from app.api.matomo import context
from app.domain.roles import SiteRole
from app.models import ANONYMOUS_ID, utcnow
from app.services.access import grants
from app.services.authentication import access_tokens
from tests.matomo.conftest import XML_HEAD, Caller, failure

BAD = "Unable to authenticate with the provided token. It is either invalid or expired."
BAD_IN_QUERY = (
    "Unable to authenticate with the provided token. "
    "It is either invalid, expired or is required to be sent as a POST parameter."
)
QUERY = "/index.php?module=API&method=Test.who&format=json"


@pytest.fixture(autouse=True)
def who(define):
    """``Test.who``: returns the name of the caller, or nothing for callers without an account."""
    define(lambda: context.current_actor().username, "who")


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def ada(make_user):
    return make_user("ada")


@pytest.fixture
def token(ada, token_of):
    return token_of(ada)


class TestPlaces:
    def test_in_the_form(self, client, token):
        assert client.post(QUERY, data={"token_auth": token}).json == {"value": "ada"}

    def test_in_the_query(self, client, token):
        assert client.get(f"{QUERY}&token_auth={token}").json == {"value": "ada"}

    def test_in_the_header(self, client, token):
        assert client.get(QUERY, headers={"Authorization": f"Bearer {token}"}).json == {"value": "ada"}

    @pytest.mark.parametrize("scheme", ["bearer ", "Basic ", "Bearer", ""])
    def test_the_header_has_one_spelling(self, client, token, scheme):
        assert client.get(QUERY, headers={"Authorization": f"{scheme}{token}"}).json == {"value": ""}

    def test_the_same_one_in_all_of_them(self, client, token):
        response = client.post(
            f"{QUERY}&token_auth={token}", data={"token_auth": token}, headers={"Authorization": f"Bearer {token}"}
        )

        assert response.json == {"value": "ada"}

    @pytest.mark.parametrize("places", [("query", "form"), ("query", "header"), ("form", "header")])
    def test_different_ones_are_refused(self, client, make_user, token_of, token, places):
        other = token_of(make_user("bob"))
        sent = dict(zip(places, (token, other), strict=True))

        response = client.post(
            QUERY + (f"&token_auth={sent['query']}" if "query" in sent else ""),
            data={"token_auth": sent["form"]} if "form" in sent else {},
            headers={"Authorization": f"Bearer {sent['header']}"} if "header" in sent else {},
        )

        assert response.status_code == 400
        assert response.json == failure(
            "The parameter 'token_auth' was sent with different values in different places."
        )

    def test_so_are_different_claims_of_a_session(self, client, token):
        response = client.post(f"{QUERY}&force_api_session=0", data={"force_api_session": "1", "token_auth": token})

        assert response.status_code == 400

    def test_a_token_of_a_program_is_as_good(self, app, client, ada):
        with app.app_context():
            token = access_tokens.create_token(
                ada.actor, ada.id, description="CI", expires_at=utcnow() + timedelta(hours=1)
            )

        assert client.post(QUERY, data={"token_auth": token}).json == {"value": "ada"}


class TestNobody:
    """A caller without a token acts as the ``anonymous`` account, once that exists."""

    def test_the_account_of_the_anonymous_calls_once_it_may_see_something(self, app, stranger, ada, make_website):
        website = make_website(owner=ada)
        with app.app_context():
            grants.set_access(ada.actor, ANONYMOUS_ID, [website], SiteRole.VIEW)

        assert stranger.call("Test.who").json == {"value": "anonymous"}
        assert stranger.call("API.getMatomoVersion").json == {"value": "5.2.0"}
        assert stranger.call("API.getBulkRequest", urls=["method=Test.who"] * 11).status_code == 400

    @pytest.mark.parametrize("token", [None, "", "anonymous"])
    def test_calls_without_any_rights(self, stranger, token):
        response = Caller(stranger.client, token).call("Test.who")

        assert response.json == {"value": ""}

    def test_is_not_told_the_version(self, stranger):
        response = stranger.call("API.getMatomoVersion")

        assert response.status_code == 401
        assert response.json == failure(
            "You can't access this resource as it requires view access for at least one website."
        )

    def test_everybody_else_is(self, caller_of, ada):
        assert caller_of(ada).call("API.getMatomoVersion").json == {"value": "5.2.0"}
        assert caller_of(ada).xml("API.getMatomoVersion") == "<result>5.2.0</result>"


WRONG = ["x", "0" * 32, "f" * 43, "a" * 10_000, "' OR 1=1 --", "\ufffd", "Anonymous"]


class TestWrongTokens:
    @pytest.mark.parametrize("token", WRONG, ids=lambda token: token[:12])
    def test_in_a_form(self, client, token):
        response = client.post(QUERY, data={"token_auth": token})

        assert (response.status_code, response.json) == (401, failure(BAD))

    @pytest.mark.parametrize("token", WRONG[:4], ids=lambda token: token[:12])
    def test_in_the_query(self, client, token):
        response = client.get(f"{QUERY}&token_auth={token}")

        assert (response.status_code, response.json) == (401, failure(BAD_IN_QUERY))

    def test_in_the_header(self, client):
        response = client.get(QUERY, headers={"Authorization": "Bearer x"})

        assert (response.status_code, response.json) == (401, failure(BAD))

    def test_an_array(self, client):
        response = client.post(QUERY, data={"token_auth[]": "x"})

        assert (response.status_code, response.json) == (401, failure(BAD))

    @pytest.mark.parametrize("method", ["", "nonsense", "X.y", "Test.nothing", "Test.who"])
    def test_they_are_told_before_all_else(self, client, method):
        """The same if module and method are in the form, and in XML by default."""
        response = client.post("/", data={"module": "API", "method": method, "token_auth": "x"})

        assert response.status_code == 401
        assert response.text == f'{XML_HEAD}<result>\n\t<error message="{BAD}" />\n</result>'

    def test_an_ended_login_is_one(self, client, token):
        client.post("/api/auth/logout", headers={"Authorization": f"Bearer {token}"})

        assert client.post(QUERY, data={"token_auth": token}).status_code == 401


class TestConfirmation:
    @pytest.fixture(autouse=True)
    def session(self, define):
        define(context.needs_confirmation, "session")

    @pytest.mark.parametrize(
        ("claim", "asked"), [(None, False), ("0", False), ("", False), ("1", True), ("true", True), ("x", False)]
    )
    def test_a_claimed_session_asks_for_it(self, stranger, claim, asked):
        claims = {} if claim is None else {"force_api_session": claim}

        assert stranger.call("Test.session", **claims).json == {"value": asked}
