"""Commands for the life of an account: disabling, forced changes of passwords, inactive and deleted accounts."""

import pytest


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
