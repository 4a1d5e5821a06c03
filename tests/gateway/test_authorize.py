"""Who may pass to Umami, and what Umami gets in place of their credentials."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.db.session import db
from app.domain.actor import OPERATOR
from app.domain.scopes import Scope
from app.models import AuditEvent, User, utcnow
from app.services.authentication import access_tokens, second_factor, sessions
from app.services.users import accounts, disabling
from app.services.websites import shares, websites
from tests.databases import REDIS, redis_version
from tests.gateway import umami
from tests.gateway.conftest import UNAUTHORIZED
from tests.http.apps import other_app
from tests.http.test_statements import counting

BOARDS = "GET /api/boards"


@pytest.fixture
def ada(make_user):
    return make_user("ada")


@pytest.fixture
def bob(make_user):
    return make_user("bob")


def stats(website) -> str:
    return f"GET /api/websites/{website}/stats?startAt=0"


class TestCallers:
    def test_a_session_becomes_a_token_of_the_user(self, app, ask, ada, token_of):
        response = ask(BOARDS, token_of(ada))
        with app.app_context():
            stored = db.session.scalar(select(User.password_hash).where(User.id == ada.id))

        claims = umami.claims_of(response.headers["Authorization"])
        assert (response.status_code, response.data) == (200, b"")
        assert (claims["userId"], claims["role"]) == (str(ada.id), "user")
        assert claims["pwd"] == umami.fingerprint(stored)
        assert "X-Umami-Share-Token" not in response.headers

    def test_so_does_an_access_token(self, app, taken_for, ada):
        with app.app_context():
            token = access_tokens.create_token(ada.actor, ada.id, description="script")

        assert taken_for("DELETE /api/boards/1", token) == str(ada.id)

    def test_roles_are_those_of_now(self, ask, make_user, token_of):
        token = token_of(make_user("eve", role="view-only"))

        assert umami.claims_of(ask(BOARDS, token).headers["Authorization"])["role"] == "view-only"

    @pytest.mark.parametrize("token", [None, "", "undefined", "x" * 600, "0" * 32, "umami_" + "a" * 32])
    def test_others_are_refused_in_umamis_words(self, ask, token):
        response = ask(BOARDS, token)

        assert (response.status_code, response.json) == (401, UNAUTHORIZED)
        assert "Authorization" not in response.headers

    @pytest.mark.parametrize("call", ["POST /api/send", "GET /script.js", "GET /share/abc", "OPTIONS /api/boards"])
    def test_public_routes_get_no_credentials_whatever_the_caller_has(self, ask, ada, token_of, call):
        for token in (None, "undefined", token_of(ada)):
            response = ask(call, token, share="x")

            assert response.status_code == 200
            assert not {"Authorization", "X-Umami-Share-Token"} & set(response.headers.keys())

    @pytest.mark.parametrize("call", ["GET /api/users", "GET /api/websites", "GET /api/boards/", "GET /teams/1/api/x"])
    def test_closed_routes_are_refused_to_administrators_too(self, taken_for, admin, token_of, call):
        assert taken_for(call, token_of(admin)) is None

    def test_a_token_that_umami_made_is_refused(self, ask, ada, token_of):
        theirs = ask(BOARDS, token_of(ada)).headers["Authorization"].split(" ")[1]

        assert ask(BOARDS, theirs).status_code == 401


class TestEndings:
    """What ends access does so at the next request."""

    def test_a_revoked_session(self, app, taken_for, ada, token_of):
        token = token_of(ada)
        before = taken_for(BOARDS, token)
        with app.app_context():
            sessions.revoke_user(OPERATOR, ada.id)

        assert (before, taken_for(BOARDS, token)) == (str(ada.id), None)

    def test_an_expired_session(self, taken_for, ada, token_of, clock):
        token = token_of(ada)
        clock.turn(days=31)

        assert taken_for(BOARDS, token) is None

    @pytest.mark.parametrize("end", [disabling.disable_user, accounts.delete_user])
    def test_a_disabled_and_a_deleted_user(self, app, taken_for, ada, token_of, key_of, end):
        credentials = [token_of(ada), key_of(ada)]
        with app.app_context():
            end(OPERATOR, ada.id)

        assert [taken_for(BOARDS, token) for token in credentials] == [None, None]

    def test_an_expired_key(self, taken_for, ada, key_of, clock):
        key = key_of(ada, expires_at=utcnow() + timedelta(days=1))
        before = taken_for(BOARDS, key)
        clock.turn(days=1, seconds=1)

        assert (before, taken_for(BOARDS, key)) == (str(ada.id), None)

    def test_a_password_that_must_be_changed(self, app, ask, ada, token_of):
        with app.app_context():
            accounts.update_user(OPERATOR, ada.id, must_change_password=True)
        response = ask(BOARDS, token_of(ada))

        assert (response.status_code, response.json["error"]["message"]) == (401, "Change your password first.")

    def test_a_second_factor_that_is_missing(self, app, ask, taken_for, ada, token_of, key_of):
        with app.app_context():
            second_factor.require_of_user(OPERATOR, ada.id, required=True)
        response = ask(BOARDS, token_of(ada))

        assert (response.status_code, response.json["error"]["message"]) == (401, "Set up a second factor first.")
        assert taken_for(BOARDS, key_of(ada)) == str(ada.id)  # a key needs none


class TestKeys:
    CALLS = (
        "GET /api/boards",
        "POST /api/reports/funnel",
        "POST /api/reports",
        "POST /api/boards",
        "DELETE /api/links/1",
    )

    @pytest.mark.parametrize(
        ("scopes", "allowed"),
        [
            (None, 5),
            ([Scope.WEBSITES_READ], 2),
            ([Scope.WEBSITES_WRITE], 5),
            ([Scope.ADMIN], 5),
            ([Scope.TEAMS_WRITE, Scope.USERS_WRITE, Scope.AUDIT_READ], 0),
        ],
    )
    def test_scopes_say_what_they_do(self, taken_for, ada, key_of, scopes, allowed):
        key = key_of(ada, scopes)

        assert [taken_for(call, key) is not None for call in self.CALLS] == [n < allowed for n in range(5)]

    def test_one_that_lacks_the_scope_is_told_and_noted(self, app, ask, ada, key_of):
        response = ask("POST /api/boards", key_of(ada, [Scope.WEBSITES_READ]))
        with app.app_context():
            noted = db.session.scalars(select(AuditEvent.action).where(AuditEvent.actor_id == ada.id)).all()

        assert response.status_code == 401
        assert response.json["error"]["message"] == "This API key lacks the scope websites:write."
        assert "permission-denied" in noted

    def test_the_header_of_umami_cloud_works_too(self, ask, ada, key_of):
        assert ask(BOARDS, x_umami_api_key=key_of(ada)).status_code == 200

    def test_a_wrong_one_is_not_ignored_in_favour_of_a_share(self, ask, anonymous, ada, make_website, make_share):
        site = make_website(owner=ada)
        share = anonymous.get(f"/api/share/{make_share(site)}").json["token"]

        assert ask(stats(site), "umami_wrong", share).status_code == 401


class TestGrants:
    """Umami does not know direct grants, so their bearers read as a user whom it lets see the website."""

    def test_they_read_as_the_owner(self, taken_for, ada, bob, token_of, make_website, grant):
        site, other = make_website(owner=ada), make_website(owner=ada)
        grant(bob, site)
        token = token_of(bob)

        assert taken_for(stats(site), token) == str(ada.id)
        assert taken_for(f"HEAD /api/realtime/{site}", token) == str(ada.id)
        assert taken_for(stats(other), token) == str(bob.id)
        assert taken_for(BOARDS, token) == str(bob.id)

    @pytest.mark.parametrize("role", ["view", "write", "admin"])
    def test_and_do_nothing_else(self, taken_for, ada, bob, token_of, make_website, grant, role):
        site = make_website(owner=ada)
        grant(bob, site, role)
        token = token_of(bob)
        calls = ("POST /api/websites/{}/reset", "DELETE /api/websites/{}/segments/1", "GET /api/reports?websiteId={}")

        assert [taken_for(call.format(site), token) for call in calls] == [str(bob.id)] * 3
        assert taken_for("POST /api/reports/funnel", token) == str(bob.id)
        assert taken_for(f"GET /api/websites/{site}", token) is None

    def test_of_a_team_they_read_as_the_member_with_the_least_rights(
        self, app, taken_for, admin, make_user, bob, token_of, make_team, make_website, grant
    ):
        eve = make_user("eve")
        team = make_team(admin, member=make_user(), view_only=eve)
        site = make_website(team=team)
        grant(bob, site)
        least = taken_for(stats(site), token_of(bob))
        with app.app_context():
            accounts.delete_user(OPERATOR, eve.id)

        assert least == str(eve.id)
        assert taken_for(stats(site), token_of(bob)) not in (None, str(eve.id), str(bob.id))

    def test_members_and_owners_come_as_themselves(self, taken_for, ada, bob, token_of, make_team, make_website, grant):
        of_team, own = make_website(team=make_team(ada, member=bob)), make_website(owner=bob)
        grant(bob, of_team, "admin")
        grant(bob, own, "view")

        assert [taken_for(stats(site), token_of(bob)) for site in (of_team, own)] == [str(bob.id)] * 2

    def test_a_removed_one_ends_at_once(self, app, taken_for, ada, bob, token_of, make_website, grant):
        site, deleted = make_website(owner=ada), make_website(owner=ada)
        token = token_of(bob)
        for website in (site, deleted):
            grant(bob, website)
        grant(bob, site, None)
        with app.app_context():
            websites.delete_website(OPERATOR, deleted)

        assert [taken_for(stats(website), token) for website in (site, deleted)] == [str(bob.id)] * 2  # Umami refuses

    def test_a_key_reads_too_if_its_scope_allows(self, taken_for, ada, bob, key_of, make_website, grant):
        site = make_website(owner=ada)
        grant(bob, site)

        assert taken_for(stats(site), key_of(bob, [Scope.WEBSITES_READ])) == str(ada.id)
        assert taken_for(stats(site), key_of(bob, [Scope.TEAMS_READ])) is None


class TestShares:
    @pytest.fixture
    def site(self, ada, make_website):
        return make_website(owner=ada)

    @pytest.fixture
    def share(self, anonymous, make_share, site):
        return anonymous.get(f"/api/share/{make_share(site, 'the-link')}").json["token"]

    @pytest.mark.parametrize("token", [None, "undefined"])
    def test_a_share_token_becomes_one_of_umami(self, ask, site, share, token):
        response = ask(stats(site), token, share)

        claims = umami.verified(response.headers["X-Umami-Share-Token"])
        assert (claims["websiteId"], claims["shareType"], claims["type"]) == (str(site), 1, "share")
        assert "Authorization" not in response.headers

    @pytest.mark.parametrize("call", ["POST /api/reports/utm", "GET /api/reports?websiteId=1&type=goal"])
    def test_it_reads_reports_as_umami_checks_their_website(self, ask, share, call):
        assert "X-Umami-Share-Token" in ask(call, share=share).headers

    def test_it_reads_nothing_else(self, ask, ada, site, share, make_website):
        other = make_website(owner=ada)
        calls = (BOARDS, stats(other), "POST /api/reports", f"POST /api/websites/{site}/reset")

        assert [ask(call, share=share).status_code for call in calls] == [401] * 4

    def test_it_takes_the_context_of_a_shared_page(self, ask, site, share):
        assert ask(stats(site), x_umami_share_token=share).status_code == 401

    def test_users_who_open_a_link_remain_users_elsewhere(self, ask, taken_for, bob, token_of, site, share):
        token = token_of(bob)

        assert "Authorization" not in ask(stats(site), token, share).headers
        assert taken_for(BOARDS, token, share=share) == str(bob.id)

    def test_it_ends_with_its_link_and_after_a_day(self, app, ask, site, share, make_share, anonymous, clock):
        second = anonymous.get(f"/api/share/{make_share(site)}").json["token"]
        with app.app_context():
            view = shares.open_share(OPERATOR, "the-link")[0]
            shares.delete_share(OPERATOR, view.share_id)
        deleted, living = ask(stats(site), share=share), ask(stats(site), share=second)
        clock.turn(days=1, seconds=1)

        assert (deleted.status_code, living.status_code) == (401, 200)
        assert ask(stats(site), share=second).status_code == 401

    def test_one_that_umami_made_is_refused(self, ask, site, share):
        theirs = ask(stats(site), share=share).headers["X-Umami-Share-Token"]

        assert ask(stats(site), share=theirs).status_code == 401


class TestProxies:
    """Each names the original request in its own headers."""

    NGINX = {"X-Original-Method": "GET", "X-Original-URI": "/api/boards"}
    CADDY = {"X-Forwarded-Method": "GET", "X-Forwarded-Uri": "/api/boards"}

    @pytest.fixture
    def status(self, gateway, ada, token_of):
        bearer = {"Authorization": f"Bearer {token_of(ada)}"}
        return lambda headers: gateway.test_client().get("/internal/authorize", headers=bearer | headers).status_code

    @pytest.mark.parametrize("headers", [NGINX, CADDY, NGINX | CADDY])
    def test_both_pairs_are_read(self, status, headers):
        assert status(headers) == 200

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"X-Original-URI": "/api/boards"},
            {"X-Forwarded-Method": "GET"},
            NGINX | CADDY | {"X-Forwarded-Uri": "/script.js"},
            NGINX | CADDY | {"X-Original-Method": "POST"},
            NGINX | {"X-Forwarded-Uri": "/api/boards"},
            CADDY | {"X-Forwarded-Uri": ""},
        ],
    )
    def test_what_is_missing_or_contradicts_is_refused(self, status, headers):
        assert status(headers) == 401

    def test_only_get_is_asked(self, gateway):
        assert gateway.test_client().post("/internal/authorize").status_code == 405

    def test_without_umamis_secret_there_is_no_gateway(self, anonymous):
        response = anonymous.get("/internal/authorize", headers=self.NGINX)

        assert response.status_code == 404
        assert response.json == {"error": {"message": "Not found", "code": "not-found", "status": 404}}


class TestCost:
    def test_one_statement(
        self, gateway, ask, ada, bob, admin, token_of, key_of, make_website, make_share, grant, anonymous
    ):
        site = make_website(owner=ada)
        grant(bob, site)
        share = anonymous.get(f"/api/share/{make_share(site)}").json["token"]
        callers = [{"token": token_of(bob)}, {"token": token_of(admin)}, {"token": key_of(bob)}, {"share": share}]
        for caller in callers:
            ask(stats(site), **caller)  # the first use of a key is recorded

        for caller in callers:
            with counting(gateway) as statements:
                assert ask(stats(site), **caller).status_code == 200
            assert len(statements) == 1

    def test_none_for_public_and_closed_routes(self, gateway, ask, ada, token_of):
        token = token_of(ada)

        with counting(gateway) as statements:
            ask("POST /api/send", token)
            ask("GET /api/users", token)
        assert statements == []

    def test_use_is_recorded(self, app, ask, ada, token_of, clock):
        token = token_of(ada)
        clock.turn(days=29)
        ask(BOARDS, token)
        clock.turn(days=29)

        assert ask(BOARDS, token).status_code == 200


class TestRedis:
    def test_tokens_name_entries_there(self, app, database_url, tmp_path, ada, token_of):
        if redis_version() is None:
            pytest.skip("Redis is not reachable")
        settings = {"umami_app_secret": umami.APP_SECRET, "umami_redis_url": REDIS, "trusted_proxies": 1}
        headers = TestProxies.NGINX | {"Authorization": f"Bearer {token_of(ada)}"}

        with other_app(database_url, tmp_path, **settings) as other:
            response = other.test_client().get("/internal/authorize", headers=headers)

        assert umami.claims_of(response.headers["Authorization"])["authKey"].startswith("auth:")

    def test_without_it_the_gateway_is_not_available(self, app, database_url, tmp_path, ada, token_of):
        nowhere = "redis://127.0.0.1:1/0"
        settings = {"umami_app_secret": umami.APP_SECRET, "umami_redis_url": nowhere, "trusted_proxies": 1}
        headers = TestProxies.NGINX | {"Authorization": f"Bearer {token_of(ada)}"}

        with other_app(database_url, tmp_path, **settings) as other:
            response = other.test_client().get("/internal/authorize", headers=headers)

        assert (response.status_code, response.headers["Retry-After"]) == (503, "1")
