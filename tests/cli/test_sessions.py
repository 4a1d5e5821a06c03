"""``frontdesk sessions …``"""

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.db.session import transaction
from app.models import LoginSession, utcnow
from tests.conftest import Person

KEYS = ["id", "created_at", "last_used_at", "expires_at", "address", "user_agent"]


@pytest.fixture
def ada(make_user) -> Person:
    return make_user("ada")


class TestList:
    def test_where_somebody_is_logged_in(self, printed, anonymous, ada):
        anonymous.post(
            "/api/auth/login",
            json={"username": "ada", "password": ada.password},
            headers={"User-Agent": "Browser 1.0"},
        )

        page = printed("sessions", "list", "ADA")

        assert [list(row) for row in page["data"]] == [KEYS]
        assert [(row["address"], row["user_agent"]) for row in page["data"]] == [("127.0.0.1", "Browser 1.0")]
        assert page["count"] == 1

    def test_no_token_is_shown(self, run, ada, token_of):
        token = token_of(ada)

        assert token not in run("sessions", "list", "ada", "--json").output


class TestRevoke:
    def test_one_login(self, run, printed, ada, client_of):
        clients = [client_of(ada), client_of(ada)]
        newest = printed("sessions", "list", "ada")["data"][0]["id"]

        done = run("sessions", "revoke", "ada", newest, "--yes")

        assert (done.exit_code, done.output) == (0, "Ended 1 session of ada.\n")
        assert [client.get("/api/me").status_code for client in clients] == [200, 401]

    def test_all_logins(self, run, ada, client_of):
        clients = [client_of(ada), client_of(ada)]

        done = run("sessions", "revoke", "ada", "--all", "--yes")

        assert (done.exit_code, done.output) == (0, "Ended 2 sessions of ada.\n")
        assert [client.get("/api/me").status_code for client in clients] == [401, 401]

    def test_a_login_of_somebody_else_is_not_found(self, run, printed, ada, make_user, token_of):
        token_of(make_user("bob"))
        other = printed("sessions", "list", "bob")["data"][0]["id"]

        done = run("sessions", "revoke", "ada", other, "--yes")

        assert (done.exit_code, done.stdout) == (4, "")
        assert printed("sessions", "list", "bob")["count"] == 1

    @pytest.mark.parametrize("options", [(), ("0190a6f3-5d0e-7c3b-9d6e-2f6a1c0b7e55", "--all")], ids=["none", "both"])
    def test_either_one_or_all_is_said(self, run, ada, options: tuple[str, ...]):
        done = run("sessions", "revoke", "ada", *options)

        assert done.exit_code == 2
        assert done.stderr.endswith("Error: Specify a session id or --all.\n")


class TestPrune:
    def test_only_ended_logins_go(self, app, printed, ada, make_user, client_of, token_of):
        token_of(ada)
        living = client_of(make_user("bob"))
        with app.app_context(), transaction() as session:
            yesterday = utcnow() - timedelta(days=1)
            session.execute(update(LoginSession).where(LoginSession.user_id == ada.id).values(expires_at=yesterday))

        said = printed("sessions", "prune")

        assert said == {"ok": True, "count": 1}
        assert living.get("/api/me").status_code == 200
