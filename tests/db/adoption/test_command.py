"""``frontdesk adopt``"""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.db import migrations
from app.domain.actor import OPERATOR
from app.services import adoption
from tests.cli.conftest import error_of, invoke
from tests.conftest import settings_for
from tests.db.adoption.conftest import ADMIN, Database
from tests.db.adoption.rows import ADA, add_user

WARNING = (
    "Warning: admin STILL HAS UMAMI'S DEFAULT PASSWORD, which everyone knows. Frontdesk has it changed at the next "
    "login; change it now if Umami can be reached directly.\n"
)


class TestCheck:
    def test_lists_what_would_be_done_and_changes_nothing(self, umami: Flask, sql: Database) -> None:
        add_user(sql, ADA, "ADMIN", on="2099-01-01")

        done = invoke(umami, "adopt", "--check")

        assert (done.exit_code, done.stderr) == (0, f"1 of 1\n{WARNING}")
        _, row, *_, summary = done.stdout.splitlines()
        assert row.split()[::2][:2] == ["user", "ADMIN"]
        assert summary == "Umami 3.1, not adopted yet; 1 row to repair."
        assert sql.rows("SELECT to_regclass('adoption')") == [(None,)]

    def test_json_for_scripts(self, umami: Flask, sql: Database) -> None:
        add_user(sql, ADA, "ADMIN", on="2099-01-01")

        done = invoke(umami, "adopt", "--check", "--json")

        assert json.loads(done.stdout) == {
            "release": "3.1",
            "adopted": False,
            "findings": [
                {
                    "table": "user",
                    "id": str(ADA),
                    "name": "ADMIN",
                    "problem": "username differs from another one in case only",
                    "proposal": "renamed to ADMIN-00000001, as admin is older",
                }
            ],
            "default_passwords": ["admin"],
            "has_admin": True,
        }

    def test_a_missing_administrator_is_reported_and_none_is_made(self, umami: Flask, sql: Database) -> None:
        sql.run('DELETE FROM "user"')

        done = invoke(umami, "adopt", "--yes", "--quiet")

        assert done.exit_code == 0
        assert "there is no administrator. After the adoption, frontdesk setup creates one." in done.stderr
        assert sql.rows('SELECT count(*) FROM "user"') == [(0,)]


class TestAdopt:
    def test_afterwards_all_commands_work(self, umami: Flask) -> None:
        adopted = invoke(umami, "adopt", "--yes")
        checked = invoke(umami, "serve", "--check")
        upgraded = invoke(umami, "db", "upgrade")
        doctor = json.loads(invoke(umami, "doctor", "--json").stdout)["data"]
        created = invoke(umami, "users", "create", "ada", "--generate")

        assert (adopted.exit_code, adopted.stdout) == (0, "Adopted the database of Umami 3.1. Next: frontdesk serve\n")
        assert (checked.exit_code, upgraded.exit_code, created.exit_code) == (0, 0, 0)
        assert [row["level"] for row in doctor if row["check"] in ("database", "migrations", "Umami")] == ["ok", "ok"]

    def test_it_asks_first(self, umami: Flask, sql: Database) -> None:
        done = invoke(umami, "adopt", typed="n\n")

        assert done.exit_code == 1
        assert done.stderr.endswith("Adopt this database of Umami 3.1? [y/N]: n\nAborted.\n")
        assert sql.rows("SELECT to_regclass('adoption')") == [(None,)]

    def test_the_doctor_tells_of_an_upgrade_of_umami(self, umami: Flask, sql: Database) -> None:
        invoke(umami, "adopt", "--yes")
        sql.upgrade_umami("3.4")

        before = json.loads(invoke(umami, "doctor", "--json").stdout)["data"]
        invoke(umami, "adopt", "--yes")
        after = json.loads(invoke(umami, "doctor", "--json").stdout)["data"]

        found = [row for row in before if row["check"] == "Umami"]
        assert found == [
            {
                "check": "Umami",
                "level": "warning",
                "text": "upgraded to 3.4 since the adoption",
                "advice": "Run: frontdesk adopt",
            }
        ]
        assert [row for row in after if row["check"] == "Umami"] == []


class TestUndo:
    def test_the_database_is_umamis_again(self, umami: Flask, sql: Database) -> None:
        invoke(umami, "adopt", "--yes")

        done = invoke(umami, "adopt", "--undo", "--yes", "--json")
        setup = invoke(umami, "setup")

        assert (done.exit_code, json.loads(done.stdout)) == (0, {"ok": True})
        assert (setup.exit_code, migrations.current_revision()) == (3, None)
        assert sql.rows('SELECT user_id::text, username, updated_at FROM "user"') == [(ADMIN, "admin", None)]

    def test_what_was_never_adopted_cannot_be_given_back(self, umami: Flask) -> None:
        done = invoke(umami, "adopt", "--undo", "--yes", "--json")

        assert error_of(done) == {"code": "cannot-adopt", "message": "the database was not adopted", "field": None}
        assert done.exit_code == 3


class TestRefusals:
    @pytest.mark.parametrize(
        ("statement", "message"),
        [
            ("DROP TABLE share", "the database was made by a release of Umami before 3.1; upgrade Umami first"),
            (
                "INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('x', '', '20_add_heatmap')",
                "Umami's migration 20_add_heatmap has not finished; let Umami finish its upgrade first",
            ),
            (
                "DROP TABLE _prisma_migrations",
                "this is not a database of Umami's; frontdesk setup prepares an empty one",
            ),
        ],
        ids=["too old", "half upgraded", "of another program"],
    )
    @pytest.mark.parametrize("options", [["--check"], ["--yes"]], ids=["check", "adopt"])
    def test_other_databases_are_not_adopted(
        self,
        umami: Flask,
        sql: Database,
        statement: str,
        message: str,
        options: list[str],
    ) -> None:
        sql.run(statement)

        done = invoke(umami, "adopt", *options)

        assert (done.exit_code, done.stdout, done.stderr) == (3, "", f"Error: {message}\n")

    def test_nor_is_one_of_our_own(self, make_umami: Callable[..., Flask]) -> None:
        app = make_umami(None)
        invoke(app, "setup")

        done = invoke(app, "adopt", "--yes")

        assert (done.exit_code, done.stdout) == (3, "")
        assert done.stderr.startswith("Error: this is not a database of Umami's")


def test_sqlite_is_refused(tmp_path: Path) -> None:
    app = create_app(settings_for(f"sqlite:///{tmp_path / 'umami.db'}", tmp_path))

    done = invoke(app, "adopt", "--check")

    assert (done.exit_code, done.stderr) == (
        3,
        "Error: only PostgreSQL databases of Umami can be adopted; set DATABASE_URL to that of Umami\n",
    )


def test_a_failed_migration_of_umami_is_reported_and_does_not_stop_the_server(umami: Flask, sql: Database) -> None:
    invoke(umami, "adopt", "--yes")
    sql.run("INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('x', '', '20_add_heatmap')")
    said: list[str] = []

    adoption.follow(OPERATOR, said.append)
    doctor = json.loads(invoke(umami, "doctor", "--json").stdout)["data"]

    text = "Umami's migration 20_add_heatmap has not finished; let Umami finish its upgrade first"
    assert said == [f"Warning: {text}."]
    assert [(row["level"], row["text"]) for row in doctor if row["check"] == "Umami"] == [("warning", text)]
