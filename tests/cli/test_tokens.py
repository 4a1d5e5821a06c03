"""``frontdesk tokens …``"""

from datetime import datetime, timedelta

import pytest

from app.domain.actor import OPERATOR
from app.models import utcnow
from app.services.authentication import access_tokens
from tests.conftest import Person

KEYS = ["id", "description", "created_at", "last_used_at", "expires_at"]


@pytest.fixture
def ada(make_user) -> Person:
    return make_user("ada")


@pytest.fixture
def asks(app):
    """The status of a call with a token."""
    return lambda token: app.test_client().get("/api/me", headers={"Authorization": f"Bearer {token}"}).status_code


class TestCreate:
    def test_a_token_that_is_good(self, run, asks, ada):
        made = run("tokens", "create", "ADA", "Reports")

        assert made.exit_code == 0
        assert asks(made.output.strip()) == 200

    def test_for_some_days(self, printed, asks, ada):
        token = printed("tokens", "create", "ada", "Reports", "--days", "1.5")["token"]

        (row,) = printed("tokens", "list", "ada")["data"]
        left = datetime.fromisoformat(row["expires_at"]) - utcnow()
        assert timedelta(days=1.4) < left < timedelta(days=1.6)
        assert asks(token) == 200

    @pytest.mark.parametrize("days", ["0", "-1", "1e9", "soon"])
    def test_not_for_ever_and_a_day(self, run, ada, days):
        assert run("tokens", "create", "ada", "Reports", "--days", days).exit_code == 2

    @pytest.mark.parametrize("description", ["", "x" * 101])
    def test_a_bad_description_is_refused(self, run, ada, description):
        refused = run("tokens", "create", "ada", description)

        assert (refused.exit_code, refused.stdout) == (6, "")

    def test_nobody_has_none(self, run, app):
        assert run("tokens", "create", "nobody", "Reports").exit_code == 4


class TestList:
    def test_what_there_is_without_the_tokens(self, run, printed, ada):
        token = run("tokens", "create", "ada", "Reports").output.strip()

        page = printed("tokens", "list", "ada")

        assert [list(row) for row in page["data"]] == [KEYS]
        assert (page["data"][0]["description"], page["count"]) == ("Reports", 1)
        assert token not in run("tokens", "list", "ada", "--json").output


class TestRevoke:
    def test_one(self, run, printed, asks, ada):
        tokens = [run("tokens", "create", "ada", name).output.strip() for name in ("old", "new")]
        newest = printed("tokens", "list", "ada")["data"][0]["id"]

        ended = run("tokens", "revoke", "ada", newest, "--yes")

        assert (ended.exit_code, ended.output) == (0, "Revoked 1 token of ada.\n")
        assert [asks(token) for token in tokens] == [200, 401]

    def test_all(self, run, asks, ada):
        tokens = [run("tokens", "create", "ada", name).output.strip() for name in ("old", "new")]

        assert run("tokens", "revoke", "ada", "--all", "--yes").output == "Revoked 2 tokens of ada.\n"
        assert [asks(token) for token in tokens] == [401, 401]

    def test_somebody_elses_is_not_found(self, run, printed, ada, make_user):
        make_user("bob")
        run("tokens", "create", "bob", "his")
        other = printed("tokens", "list", "bob")["data"][0]["id"]

        assert run("tokens", "revoke", "ada", other, "--yes").exit_code == 4
        assert printed("tokens", "list", "bob")["count"] == 1

    @pytest.mark.parametrize("options", [(), ("0190a6f3-5d0e-7c3b-9d6e-2f6a1c0b7e55", "--all")], ids=["none", "both"])
    def test_either_one_or_all_is_said(self, run, ada, options: tuple[str, ...]):
        ended = run("tokens", "revoke", "ada", *options)

        assert ended.exit_code == 2
        assert ended.stderr.endswith("Error: Specify a token id or --all.\n")


class TestPrune:
    def test_only_ended_ones_go(self, app, printed, ada, make_user):
        bob = make_user("bob")
        with app.app_context():
            for person, ahead in ((ada, -1), (bob, 1), (bob, None)):
                until = None if ahead is None else utcnow() + timedelta(days=ahead)
                access_tokens.create_token(OPERATOR, person.id, description="x", expires_at=until)

        assert printed("tokens", "prune")["count"] == 1
        assert printed("tokens", "list", "bob")["count"] == 2
