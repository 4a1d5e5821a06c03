"""Errors end with an exit code for each kind, and one line of text or JSON."""

import json
import os
import re
from pathlib import Path
from unittest.mock import Mock

import pytest

from app import create_app
from app.cli.failures import KINDS, OTHER
from app.domain.errors import Unavailable
from app.services.users import accounts
from app.settings import ROOT
from tests.cli.conftest import error_of, invoke, unknown
from tests.conftest import settings_for
from tests.databases import POSTGRESQL, postgresql_version

SITE = "0190a6f3-5d0e-7c3b-9d6e-2f6a1c0b7e55"
ADVICE = "(for advice, run: frontdesk doctor)"
UNKNOWN_PLACE = "postgresql://frontdesk:very-private@127.0.0.1:1/frontdesk"


@pytest.fixture
def app_on(tmp_path: Path):
    """``app_on(url)``: an application on a database that may not exist."""
    return lambda url: create_app(settings_for(url, tmp_path))


class TestUsage:
    @pytest.mark.parametrize(
        "arguments",
        [
            ("nonsense",),
            ("users", "nonsense"),
            ("users", "create"),
            ("users", "create", "ada", "--role", "boss"),
            ("users", "create", "ada", "--generate", "--password-stdin"),
            ("users", "create", "ada"),
            ("users", "list", "--page", "0"),
            ("users", "list", "--page-size", "1001"),
            ("teams", "create", "Blue"),
            ("sessions", "revoke", "ada", "no-uuid"),
        ],
        ids=" ".join,
    )
    def test_wrong_usage_is_2_and_says_what_is_wrong(self, run, arguments: tuple[str, ...]):
        done = run(*arguments)

        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr.splitlines()[-1].startswith("Error: ")


class TestKinds:
    """One error of each kind, as text and as JSON."""

    @pytest.fixture(autouse=True)
    def people(self, run, admin, make_user, make_team):
        for _ in range(2):
            make_team(admin, "Blue")
        make_team(admin, "Red")
        make_user("ada")
        run("websites", "create", "Shop", "a.example", "--owner", "admin", "--id", SITE)

    @pytest.mark.parametrize(
        ("arguments", "exit_code", "code", "field"),
        [
            (("users", "create", "ada", "--role", "boss"), 2, "usage", "role"),
            (("users", "create", "bob", "--nonsense"), 2, "usage", None),
            (("users", "nonsense"), 2, "usage", None),
            (("--nonsense", "users"), 2, "usage", None),
            (("grants", "list"), 2, "usage", None),
            (("users", "show", "nobody"), 4, "not-found", None),
            (("users", "create", "ADA", "--generate"), 5, "already-exists", "username"),
            (("users", "set-username", "ada", "admin"), 5, "already-exists", "username"),
            (("websites", "create", "Shop", "b.example", "--owner", "ada", "--id", SITE), 5, "already-exists", "id"),
            (("teams", "add-member", "Red", "admin"), 5, "already-exists", "user"),
            (("teams", "show", "Blue"), 5, "ambiguous", None),
            (("users", "set-role", "admin", "user"), 5, "conflict", None),
            (("users", "create", "bob", "--email", "nonsense", "--generate"), 6, "invalid", "email"),
            (("db", "upgrade", "nonsense"), 6, "invalid", "revision"),
            (("mail", "test", "ada@example.com"), 3, "not-configured", None),
        ],
        ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
    )
    def test_each_has_an_exit_code_and_a_code(
        self, run, arguments: tuple[str, ...], exit_code: int, code: str, field: str | None
    ):
        spoken, told = run(*arguments), run(*arguments, "--json")

        error = error_of(told)
        assert (spoken.exit_code, told.exit_code) == (exit_code, exit_code)
        assert list(error) == ["code", "message", "field"]
        assert (error["code"], error["field"]) == (code, field)
        assert spoken.stderr.endswith(f"Error: {error['message']}\n")

    def test_a_question_that_is_not_answered_is_1(self, run):
        done = run("users", "delete", "ada", "--json", typed="n\n")

        question, _, told = done.stderr.partition("{")
        assert (done.exit_code, done.stdout) == (1, "")
        assert question.startswith("Delete ada?")
        assert json.loads("{" + told) == {"error": {"code": "aborted", "message": "Aborted.", "field": None}}

    def test_too_many_at_once_is_7(self, run, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(accounts, "list_users", Mock(side_effect=Unavailable))

        done = run("users", "list", "--json")

        assert (done.exit_code, error_of(done)["code"]) == (7, "unavailable")

    def test_what_follows_two_dashes_asks_for_nothing(self, run):
        done = run("users", "show", "--", "--json")

        assert (done.exit_code, done.stderr) == (4, f"Error: {unknown('user')}\n")

    def test_help_and_success_are_as_ever(self, run):
        assert run("users", "list", "--json", "--help").exit_code == 0
        assert run("users", "list", "--json").exit_code == 0

    def test_every_exit_code_is_in_the_help_and_in_the_guide(self, run):
        codes = sorted({kind.exit_code for kind in [*KINDS.values(), OTHER]})

        helped = re.findall(r"^ +(\d)  \S", run("--help").stdout, re.MULTILINE)
        written = re.findall(r"^\| (\d) \| [^`]", (ROOT / "docs" / "command-line.md").read_text(), re.MULTILINE)

        assert [int(code) for code in helped] == [int(code) for code in written] == [0, *codes]


class TestText:
    """Bytes that are not UTF-8, wherever they come from, are rejected before anything is done."""

    NO_TEXT = b"correct \xff horse"
    AS_ARGUMENT = os.fsdecode(NO_TEXT)

    def test_in_a_password_for_a_new_account(self, run):
        done = run("users", "create", "ada", "--password-stdin", "--json", stdin=self.NO_TEXT)

        assert done.exit_code == 6
        assert error_of(done) == {"code": "invalid", "message": "The password is not UTF-8.", "field": "password"}
        assert run("users", "show", "ada").exit_code == 4

    def test_in_a_password_for_an_account_that_keeps_its_own(self, run, make_user, anonymous):
        ada = make_user("ada")

        done = run("users", "set-password", "ada", "--password-stdin", stdin=self.NO_TEXT)

        assert (done.exit_code, done.output) == (6, "Error: The password is not UTF-8.\n")
        credentials = {"username": "ada", "password": ada.password}
        assert anonymous.post("/api/auth/login", json=credentials).status_code == 200

    def test_a_password_beyond_ascii_is_read_as_utf_8_whatever_the_locale(self, run, anonymous):
        done = run("users", "create", "ada", "--password-stdin", stdin="größer als 東京\n".encode())

        assert done.exit_code == 0
        credentials = {"username": "ada", "password": "größer als 東京"}
        assert anonymous.post("/api/auth/login", json=credentials).status_code == 200

    @pytest.mark.parametrize(
        ("arguments", "field"),
        [
            (("users", "create", AS_ARGUMENT, "--generate"), "username"),
            (("users", "create", "ada", "--display-name", AS_ARGUMENT, "--generate"), "display_name"),
            (("users", "list", "--search", AS_ARGUMENT), "search"),
            (("users", "show", AS_ARGUMENT), "user"),
            (("teams", "create", AS_ARGUMENT, "--owner", "admin"), "name"),
            (("websites", "create", "Shop", AS_ARGUMENT, "--owner", "admin"), "domain"),
            (("tokens", "create", "admin", AS_ARGUMENT), "description"),
            (("invitations", "create", "ada", "--website", AS_ARGUMENT, "view"), "grants"),
            (("mail", "test", AS_ARGUMENT), "address"),
            (("db", "upgrade", AS_ARGUMENT), "revision"),
        ],
        ids=lambda value: " ".join(value[:2]) if isinstance(value, tuple) else value,
    )
    def test_in_an_argument(self, run, admin, arguments: tuple[str, ...], field: str):
        done = run(*arguments, "--json")

        assert done.exit_code == 6
        message = f"The {field.replace('_', ' ')} is not UTF-8."
        assert error_of(done) == {"code": "invalid", "message": message, "field": field}

    def test_in_an_argument_that_click_refuses(self, run):
        done = run("sessions", "revoke", "ada", self.AS_ARGUMENT, "--json")

        assert (done.exit_code, error_of(done)["code"]) == (2, "usage")

    def test_in_the_answer_to_a_question(self, run, make_user):
        make_user("ada")

        done = run("users", "delete", "ada", typed=self.NO_TEXT)

        assert done.exit_code == 6
        assert done.stderr.endswith("Error: The input is not valid UTF-8.\n")
        assert run("users", "show", "ada").exit_code == 0

    def test_in_a_setting(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("FRONTDESK_ADMIN_PASSWORD", self.AS_ARGUMENT)

        done = invoke(None, "setup")

        assert (done.exit_code, done.output) == (3, "Error: FRONTDESK_ADMIN_PASSWORD is not UTF-8\n")


class TestDatabase:
    def test_one_that_is_not_migrated(self, empty_app):
        done = invoke(empty_app(), "users", "list")

        assert (done.exit_code, done.stdout) == (3, "")
        assert done.stderr.startswith("Error: The database cannot be used: ")
        assert done.stderr.endswith("(is it migrated? Run: frontdesk db upgrade)\n")
        assert done.stderr.count("\n") == 1

    def test_one_that_does_not_answer_and_no_password_is_told(self, app_on):
        done = invoke(app_on(UNKNOWN_PLACE), "users", "list")

        assert (done.exit_code, done.stdout) == (3, "")
        assert done.stderr.startswith("Error: The database cannot be used: connection failed")
        assert done.stderr.endswith(f"Connection refused {ADVICE}\n")
        assert done.stderr.count("\n") == 1
        assert "very-private" not in done.stderr

    @pytest.mark.skipif(not postgresql_version(), reason="PostgreSQL is not reachable")
    def test_a_name_that_there_is_not_is_no_question_of_migrating(self, app_on):
        done = invoke(app_on(f"{POSTGRESQL.rpartition('/')[0]}/frontdesk_gone"), "users", "list")

        assert done.exit_code == 3
        assert done.stderr.endswith(f'_gone" does not exist {ADVICE}\n')

    def test_a_file_that_cannot_be_opened_is_named(self, app_on, tmp_path: Path):
        file = tmp_path / "missing" / "frontdesk.db"

        done = invoke(app_on(f"sqlite:///{file}"), "users", "list")

        assert done.exit_code == 3
        reason = f"unable to open database file (sqlite:///{file})"
        assert done.stderr == f"Error: The database cannot be used: {reason} {ADVICE}\n"

    def test_an_unknown_revision(self, empty_app):
        done = invoke(empty_app(), "db", "upgrade", "nonsense")

        assert (done.exit_code, done.stdout) == (6, "")
        assert done.stderr == "Error: Can't locate revision identified by 'nonsense'\n"


class TestSettings:
    def test_a_bad_setting_is_named(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("FRONTDESK_WORKERS", "several")

        done = invoke(None, "users", "list")

        assert (done.exit_code, done.stdout) == (3, "")
        assert done.stderr == "Error: FRONTDESK_WORKERS must be a whole number, not 'several'\n"

    def test_a_folder_that_cannot_be_made(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        (tmp_path / "file").touch()
        monkeypatch.setenv("FRONTDESK_INSTANCE_PATH", str(tmp_path / "file" / "below"))
        monkeypatch.delenv("DATABASE_URL", raising=False)

        done = invoke(None, "setup")

        assert (done.exit_code, done.output) == (3, f"Error: Not a directory: {tmp_path / 'file' / 'below'}\n")
