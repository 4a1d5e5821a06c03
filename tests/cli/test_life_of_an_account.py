"""Commands for the life of an account: disabling, forced changes of passwords, inactive and deleted accounts."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.db.session import transaction
from app.models import User, utcnow


@pytest.fixture
def ada(make_user):
    return make_user("ada")


class TestDisable:
    def test_it_says_what_it_did(self, run, printed, ada):
        disabled = printed("users", "disable", "ada", "--yes")
        shown = printed("users", "show", "ada")
        enabled = run("users", "enable", "ada")

        assert disabled == {"ok": True, "username": "ada", "disabled_at": shown["disabled_at"]}
        assert (enabled.exit_code, enabled.stdout) == (0, "Enabled ada.\n")
        assert printed("users", "show", "ada")["disabled_at"] is None

    def test_it_asks_first(self, run, printed, ada):
        done = run("users", "disable", "ada", typed="n\n")

        assert done.exit_code == 1
        assert "Disable ada, and end all their sessions and tokens?" in done.stderr
        assert printed("users", "show", "ada")["disabled_at"] is None

    def test_the_last_administrator_stays(self, run, admin):
        done = run("users", "disable", "admin", "--yes")

        assert (done.exit_code, done.stdout) == (5, "")
        assert "The last administrator cannot be disabled." in done.stderr

    def test_a_disabled_user_gets_no_token(self, run, printed, ada):
        printed("users", "disable", "ada", "--yes")

        done = run("tokens", "create", "ada", "Script")

        assert (done.exit_code, done.stdout) == (4, "")


class TestMustChangePassword:
    def test_update_sets_it_and_takes_it_back(self, printed, ada):
        required = printed("users", "update", "ada", "--must-change-password")
        shown = printed("users", "show", "ada")
        no_longer = printed("users", "update", "ada", "--need-not-change-password")

        assert required["must_change_password"] is shown["must_change_password"] is True
        assert no_longer["must_change_password"] is False


class TestInactive:
    @pytest.fixture
    def people(self, app, make_user):
        """Ada was seen yesterday, bob 40 days ago, carol never, and dave is disabled."""
        now = utcnow()
        for name, created, seen in [("ada", 100, 1), ("bob", 90, 40), ("carol", 50, None), ("dave", 50, 45)]:
            seen_at = None if seen is None else now - timedelta(days=seen)
            person, times = make_user(name), {"created_at": now - timedelta(days=created), "last_seen_at": seen_at}
            with app.app_context(), transaction() as session:
                session.execute(update(User).where(User.id == person.id).values(times))

    @pytest.mark.parametrize(
        ("days", "found"), [(30, ["carol", "bob"]), (45, ["carol"]), (0.5, ["carol", "bob", "ada"])]
    )
    def test_the_longest_unused_come_first(self, printed, people, days, found):
        printed("users", "disable", "dave", "--yes")

        page = printed("users", "inactive", "--days", days)

        assert [row["username"] for row in page["data"]] == found
        assert list(page["data"][0]) == ["id", "username", "role", "created_at", "last_seen_at"]
        assert page["count"] == len(found)

    def test_pages(self, run, people):
        done = run("users", "inactive", "--days", "30", "--page", "2", "--page-size", "1", "--output", "csv")

        assert done.stdout.splitlines()[1].split(",")[1] == "dave"


class TestRestore:
    def test_by_name_in_any_case(self, run, printed, ada):
        printed("users", "delete", "ada", "--yes")

        listed = printed("users", "list", "--deleted")
        done = run("users", "restore", "ADA")

        assert [row["username"] for row in listed["data"]] == ["ada"]
        assert list(listed["data"][0]) == ["id", "username", "role", "created_at", "email", "deleted_at"]
        assert (done.exit_code, done.stdout) == (0, "Restored ada.\n")
        assert printed("users", "list", "--deleted") == {"data": [], "count": 0}

    def test_of_several_with_the_name_one_is_chosen_by_id(self, run, printed, ada, make_user):
        printed("users", "delete", "ada", "--yes")
        make_user("ada")
        printed("users", "delete", "ada", "--yes")

        several, one = run("users", "restore", "ada"), run("users", "restore", str(ada.id))

        assert (several.exit_code, one.exit_code) == (5, 0)
        assert "More than one user has that name." in several.stderr

    def test_an_unknown_name(self, run, ada):
        assert run("users", "restore", "ada").exit_code == 4

    def test_search_is_for_accounts_that_are_there(self, run):
        assert run("users", "list", "--deleted", "--search", "a").exit_code == 2
