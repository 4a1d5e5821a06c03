"""Exit codes: 1 refused, 2 wrong usage, 3 settings or database cannot be used; always in one line."""

from pathlib import Path

import pytest

from app import create_app
from tests.cli.conftest import invoke
from tests.conftest import settings_for
from tests.databases import POSTGRESQL, postgresql_version

UNKNOWN_PLACE = "postgresql://frontdesk:very-private@127.0.0.1:1/frontdesk"


@pytest.fixture
def app_on(tmp_path: Path):
    """An app on a database that may not be there."""
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


class TestDatabase:
    def test_one_that_is_not_migrated(self, empty_app):
        done = invoke(empty_app(), "users", "list")

        assert (done.exit_code, done.stdout) == (3, "")
        assert done.stderr.startswith("Error: The database cannot be used: ")
        assert done.stderr.endswith("(is it migrated? frontdesk db upgrade)\n")
        assert done.stderr.count("\n") == 1

    def test_one_that_does_not_answer_and_no_password_is_told(self, app_on):
        done = invoke(app_on(UNKNOWN_PLACE), "users", "list")

        assert (done.exit_code, done.stdout) == (3, "")
        assert done.stderr.startswith("Error: The database cannot be used: connection failed")
        assert done.stderr.endswith("Connection refused\n")
        assert done.stderr.count("\n") == 1
        assert "very-private" not in done.stderr

    @pytest.mark.skipif(not postgresql_version(), reason="PostgreSQL is not reachable")
    def test_a_name_that_there_is_not_is_no_question_of_migrating(self, app_on):
        done = invoke(app_on(f"{POSTGRESQL.rpartition('/')[0]}/frontdesk_gone"), "users", "list")

        assert done.exit_code == 3
        assert done.stderr.endswith('_gone" does not exist\n')

    def test_a_file_that_cannot_be_opened_is_named(self, app_on, tmp_path: Path):
        file = tmp_path / "missing" / "frontdesk.db"

        done = invoke(app_on(f"sqlite:///{file}"), "users", "list")

        assert done.exit_code == 3
        assert done.stderr == f"Error: The database cannot be used: unable to open database file (sqlite:///{file})\n"

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
