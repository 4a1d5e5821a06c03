"""Disabling accounts and enabling them again: ``POST /api/users/:id/disable`` and ``/enable``."""

import pyotp
import pytest

from app import create_app
from app.db.session import db
from app.domain.errors import Conflict, LinkGone
from app.models import AccessToken, PasswordReset, User, utcnow
from app.services.authentication import access_tokens, password_resets, reset_links
from app.services.invitations import accept, manage
from tests.actors import VISITOR
from tests.conftest import PASSWORD, settings_for
from tests.matomo.conftest import Caller, failure
from tests.racing import ROUNDS, assert_sound, at_once, statuses
from tests.umami.decisions.envelopes import bad_request

NEW = "another correct horse"


@pytest.fixture
def ada(make_user):
    return make_user("ada")


@pytest.fixture
def log_in(anonymous):
    def attempt(username, password=PASSWORD):
        return anonymous.post("/api/auth/login", json={"username": username, "password": password})

    return attempt


class TestDisabling:
    def test_the_answer_is_the_account_with_the_time(self, administration, ada, clock):
        clock.stop()
        record = administration.get(f"/api/users/{ada.id}").json

        answer = administration.post(f"/api/users/{ada.id}/disable")

        assert answer.status_code == 200
        assert answer.json == {**record, "disabledAt": answer.json["disabledAt"]}
        assert administration.get(f"/api/users/{ada.id}").json == answer.json
        listed = {row["username"]: row.get("disabledAt") for row in administration.get("/api/users").json["data"]}
        assert listed == {"ada": answer.json["disabledAt"], "admin": None}

    def test_a_second_time_changes_nothing(self, administration, ada, clock):
        first = administration.post(f"/api/users/{ada.id}/disable").json
        clock.turn(hours=1)

        assert administration.post(f"/api/users/{ada.id}/disable").json == first

    def test_enabling_makes_it_an_ordinary_account_again(self, administration, ada, log_in):
        record = administration.get(f"/api/users/{ada.id}").json
        administration.post(f"/api/users/{ada.id}/disable")

        answer = administration.post(f"/api/users/{ada.id}/enable")

        assert answer.json == record
        assert log_in("ada").status_code == 200

    def test_sessions_and_tokens_stop_in_every_process(
        self, app, administration, ada, client_of, database_url, tmp_path
    ):
        with app.app_context():
            token = access_tokens.create_token(ada.actor, ada.id, description="Script")
        session = client_of(ada)
        elsewhere = create_app(settings_for(database_url, tmp_path)).test_client()
        own = {"Authorization": session.environ_base["HTTP_AUTHORIZATION"]}
        assert elsewhere.get("/api/me", headers=own).status_code == 200

        administration.post(f"/api/users/{ada.id}/disable")

        assert elsewhere.get("/api/me", headers=own).status_code == 401
        assert elsewhere.get("/api/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401
        assert Caller(elsewhere, token).call("API.getMatomoVersion").status_code == 401

    def test_they_do_not_come_back(self, administration, ada, client_of):
        session = client_of(ada)
        administration.post(f"/api/users/{ada.id}/disable")

        administration.post(f"/api/users/{ada.id}/enable")

        assert session.get("/api/me").status_code == 401

    def test_the_query_alone_is_enough(self, ada, client_of, change):
        session = client_of(ada)

        change(User, ada.id, disabled_at=utcnow())

        assert session.get("/api/me").status_code == 401


class TestLoggingIn:
    @pytest.fixture(autouse=True)
    def _disabled(self, administration, ada):
        administration.post(f"/api/users/{ada.id}/disable")

    def test_the_answer_is_that_of_a_wrong_password(self, log_in, make_user):
        make_user("bob")

        assert log_in("ada").status_code == 401
        assert log_in("ada").json == log_in("bob", "wrong").json

    def test_matomo_gives_no_token(self, app, stranger):
        answer = stranger.call(
            "UsersManager.createAppSpecificTokenAuth",
            userLogin="ada",
            passwordConfirmation=PASSWORD,
            description="Reports",
        )

        assert answer.json == failure("The current password you entered is not correct.")
        with app.app_context():
            assert db.session.query(AccessToken).count() == 0

    def test_no_reset_link_is_mailed_or_made(self, app, admin, ada):
        with app.app_context():
            assert reset_links.make_mailed_link(ada.id, ada.id) is None
            with pytest.raises(Conflict, match=r"^This account is disabled\. Enable it first\.$"):
                password_resets.make_link(admin.actor, ada.id)
            assert db.session.query(PasswordReset).count() == 0


@pytest.fixture
def stranger(app):
    return Caller(app.test_client())


def test_a_login_that_lacks_the_second_factor_ends(administration, ada, client_of, log_in, anonymous):
    client = client_of(ada)
    secret = client.post("/api/2fa/setup/initiate").json["manualKey"]
    client.post("/api/2fa/setup/confirm", json={"token": pyotp.TOTP(secret).now()})
    partial = log_in("ada").json["partialToken"]

    administration.post(f"/api/users/{ada.id}/disable")

    answer = anonymous.post("/api/2fa/verify", json={"token": "000000"}, headers={"Authorization": f"Bearer {partial}"})
    assert answer.status_code == 401


def test_links_that_were_sent_before_are_void(app, admin, ada, administration):
    with app.app_context():
        token = password_resets.make_link(admin.actor, ada.id)

    administration.post(f"/api/users/{ada.id}/disable")
    administration.post(f"/api/users/{ada.id}/enable")

    with app.app_context(), pytest.raises(LinkGone):
        password_resets.use(VISITOR, token, NEW)


class TestInvitations:
    def test_a_disabled_account_cannot_be_accepted(self, app, admin, administration):
        with app.app_context():
            invitation = manage.invite(admin.actor, username="newcomer")
            token = manage.make_link(admin.actor, invitation.id)
        administration.post(f"/api/users/{invitation.user_id}/disable")

        with app.app_context(), pytest.raises(LinkGone):
            accept.accept(VISITOR, token, NEW)

    def test_nor_one_that_a_disabled_user_invited(self, app, make_user, administration):
        bob = make_user("bob", role="admin")
        with app.app_context():
            token = manage.make_link(bob.actor, manage.invite(bob.actor, username="newcomer").id)
        administration.post(f"/api/users/{bob.id}/disable")

        with app.app_context(), pytest.raises(LinkGone):
            accept.accept(VISITOR, token, NEW)


class TestTheLastAdministrator:
    REFUSED = bad_request("The last administrator cannot be disabled.")

    def test_cannot_be_disabled(self, admin, administration):
        answer = administration.post(f"/api/users/{admin.id}/disable")

        assert (answer.status_code, answer.json) == (400, self.REFUSED)
        assert administration.get("/api/me").status_code == 200

    def test_a_disabled_one_does_not_count(self, admin, administration, make_user):
        other = make_user(role="admin")
        administration.post(f"/api/users/{other.id}/disable")

        disabled = administration.post(f"/api/users/{admin.id}/disable")
        demoted = administration.post(f"/api/users/{admin.id}", json={"role": "user"})

        assert (disabled.status_code, disabled.json) == (400, self.REFUSED)
        assert (demoted.status_code, demoted.json) == (400, bad_request("The last administrator cannot be demoted."))

    def test_a_disabled_one_can_be_demoted_and_deleted(self, administration, make_user):
        other = make_user(role="admin")
        administration.post(f"/api/users/{other.id}/disable")

        assert administration.post(f"/api/users/{other.id}", json={"role": "user"}).status_code == 200
        assert administration.delete(f"/api/users/{other.id}").status_code == 200

    @pytest.mark.parametrize("round_", range(ROUNDS))
    def test_two_who_disable_each_other_leave_one(self, app, admin, make_user, client_of, round_):
        bob = make_user("bob", role="admin")
        as_admin, as_bob = client_of(admin), client_of(bob)

        answers = at_once(
            lambda: as_admin.post(f"/api/users/{bob.id}/disable"), lambda: as_bob.post(f"/api/users/{admin.id}/disable")
        )

        assert statuses(answers) == [200, 401]
        assert_sound(app)


def test_the_account_of_visitors_cannot_be_disabled(administration):
    answer = administration.post("/api/users/00000000-0000-7000-8000-616e6f6e796d/disable")

    assert (answer.status_code, answer.json) == (400, bad_request("The account 'anonymous' can only have view access."))
