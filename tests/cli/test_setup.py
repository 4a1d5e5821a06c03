"""``frontdesk setup``: the first administrator, once."""

import json

import pytest

from tests.cli.conftest import invoke


def log_in(app, username: str, password: str) -> int:
    return app.test_client().post("/api/auth/login", json={"username": username, "password": password}).status_code


class TestFirstRun:
    def test_a_generated_password_is_printed_and_is_right(self, empty_app):
        app = empty_app()

        done = invoke(app, "setup")
        said, password = done.stdout.splitlines()

        assert (done.exit_code, said) == (0, "Created the first administrator: admin")
        assert password.startswith("Password (shown only once): ")
        assert log_in(app, "admin", password.partition(": ")[2]) == 200

    def test_the_settings_choose_name_and_password_and_it_is_not_printed(self, empty_app):
        app = empty_app(admin_username="Root", admin_password="chosen by hand")

        done = invoke(app, "setup")

        assert (done.exit_code, done.output) == (0, "Created the first administrator: Root\n")
        assert log_in(app, "root", "chosen by hand") == 200

    def test_spaces_at_both_ends_belong_to_the_password_of_the_environment(self, empty_app, monkeypatch):
        monkeypatch.setenv("FRONTDESK_ADMIN_PASSWORD", "  two words  ")
        app = empty_app()

        done = invoke(app, "setup")

        assert (done.exit_code, done.output) == (0, "Created the first administrator: admin\n")
        assert [log_in(app, "admin", given) for given in ("two words", "  two words  ")] == [401, 200]

    def test_a_chosen_password_obeys_the_rules(self, empty_app):
        done = invoke(empty_app(admin_password="short"), "setup")

        assert (done.exit_code, done.output) == (6, "Error: The password must have at least 8 characters.\n")

    def test_json_for_scripts(self, empty_app):
        app = empty_app()

        first, second = (json.loads(invoke(app, "setup", "--json").stdout) for _ in range(2))

        assert list(first) == ["username", "password", "ignored"]
        assert log_in(app, first["username"], first["password"]) == 200
        assert second == {"username": None, "password": None, "ignored": []}


class TestSecret:
    """``setup`` refuses the keys that ``serve`` refuses, before it changes anything."""

    @pytest.mark.parametrize("environment", ["production", "development"])
    @pytest.mark.parametrize("key", ["short", "please-change-me-please-change-me-0123"])
    def test_one_that_can_be_guessed_is_refused(self, empty_app, environment, key):
        app = empty_app(secret_key=key, environment=environment)

        said = [(done.exit_code, done.stderr) for done in (invoke(app, "setup"), invoke(app, "serve", "--check"))]

        assert said[0] == said[1]
        assert said[0][0] == 3
        assert said[0][1].startswith("Error: FRONTDESK_SECRET_KEY ")
        assert json.loads(invoke(app, "db", "current", "--json").stdout)["current"] is None

    def test_none_is_refused_in_production_with_a_database_of_its_own(self, empty_app):
        done = invoke(empty_app(secret_key="", environment="production"), "setup")

        assert done.exit_code == 3
        assert done.stderr.startswith("Error: FRONTDESK_SECRET_KEY is not set; make one with: ")


class TestSecondRun:
    def test_it_says_nothing_and_changes_nothing(self, empty_app):
        app = empty_app(admin_password="chosen by hand")
        invoke(app, "setup")
        before = invoke(app, "users", "list", "--json").stdout

        done = invoke(app, "setup")
        again = invoke(empty_app(admin_username="other", admin_password="another password"), "setup")

        assert (done.exit_code, done.output) == (0, "")
        assert (again.exit_code, again.stdout) == (0, "")
        assert invoke(app, "users", "list", "--json").stdout == before

    @pytest.mark.parametrize(
        ("settings", "ignored"),
        [
            ({}, []),
            ({"admin_password": "chosen by hand"}, []),
            ({"admin_password": "another password"}, ["admin_password"]),
            ({"admin_username": "other"}, ["admin_username"]),
            (
                {"admin_username": "other", "admin_password": "chosen by hand", "admin_email": "ada@example.com"},
                ["admin_username", "admin_password", "admin_email"],
            ),
            ({"admin_email": "ADA@example.com"}, []),
            ({"admin_email": "bob@example.com"}, ["admin_email"]),
        ],
        ids=str,
    )
    @pytest.mark.parametrize("command", [("setup",), ("serve", "--check")], ids=" ".join)
    def test_settings_that_differ_from_the_administrator_that_is_there_are_named(
        self, empty_app, settings: dict[str, str], ignored: list[str], command: tuple[str, ...]
    ):
        invoke(empty_app(admin_password="chosen by hand", admin_email="ada@example.com"), "setup")

        done = invoke(empty_app(**settings), *command)

        names = " and ".join(f"FRONTDESK_{name.upper()}" for name in ignored)
        warning = f"Warning: there is an administrator already, so {names} had no effect.\n" if ignored else ""
        assert (done.exit_code, done.stderr) == (0, warning)

    def test_json_names_them_as_well(self, empty_app):
        invoke(empty_app(), "setup")

        told = json.loads(invoke(empty_app(admin_password="another password"), "setup", "--json").stdout)

        assert told == {"username": None, "password": None, "ignored": ["admin_password"]}

    def test_an_administrator_under_another_name_is_enough(self, empty_app):
        app = empty_app()
        invoke(app, "db", "upgrade")
        invoke(app, "users", "create", "ada", "--role", "admin", "--generate")

        done = invoke(app, "setup")

        assert (done.exit_code, done.output) == (0, "")
