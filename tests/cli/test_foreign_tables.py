"""A database used by another program is left unchanged, and the error names the tables found."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import inspect

from app.db.session import db
from tests.cli.conftest import error_of, invoke
from tests.db.migrations import umami

ADVICE = (
    "Nothing was changed. Frontdesk needs tables of the same names and cannot use these; set DATABASE_URL to an empty "
    "database"
)
OF_UMAMI = (
    "Error: the database has tables of Umami: _prisma_migrations, share, team, team_user, user, website, "
    "website_event. Nothing was changed. To use the database together with Umami, run frontdesk adopt --check; "
    "otherwise set DATABASE_URL to an empty database\n"
)
COMMANDS = [("setup",), ("db", "upgrade"), ("db", "upgrade", "0001"), ("db", "downgrade", "base", "--yes")]
CHECK = ("serve", "--check")


def run_sql(app: Flask, *statements: str) -> None:
    with app.app_context(), db.engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def contents(app: Flask) -> dict[str, list[tuple]]:
    """Return every table with its rows."""
    with app.app_context(), db.engine.connect() as connection:
        names = inspect(connection).get_table_names()
        return {name: connection.exec_driver_sql(f'SELECT * FROM "{name}"').fetchall() for name in names}


@pytest.fixture
def of_umami(empty_app: Callable[..., Flask]) -> Flask:
    app = empty_app()
    with app.app_context(), db.engine.begin() as connection:
        umami.make_tables(connection)
    return app


class TestUmami:
    @pytest.mark.parametrize("command", [*COMMANDS, CHECK], ids=" ".join)
    def test_its_database_is_recognised_and_nothing_is_changed(self, of_umami: Flask, command: tuple[str, ...]):
        before = contents(of_umami)

        done = invoke(of_umami, *command)

        assert (done.exit_code, done.stdout, done.stderr) == (3, "", OF_UMAMI)
        assert contents(of_umami) == before

    def test_json_for_scripts(self, of_umami: Flask):
        done = invoke(of_umami, "setup", "--json")

        assert error_of(done) == {
            "code": "foreign-tables",
            "message": OF_UMAMI.removeprefix("Error: ").strip(),
            "field": None,
        }

    def test_other_commands_lead_there(self, of_umami: Flask):
        done = invoke(of_umami, "users", "list")

        assert done.exit_code == 3
        assert done.stderr.endswith("(is it migrated? Run: frontdesk db upgrade)\n")


class TestOthers:
    @pytest.mark.parametrize("command", [*COMMANDS, CHECK], ids=" ".join)
    @pytest.mark.parametrize(
        ("statements", "names"),
        [
            (['CREATE TABLE "user" (id INTEGER)', "CREATE TABLE orders (id INTEGER)"], "user"),
            (["CREATE TABLE orders (id INTEGER)", "CREATE VIEW website AS SELECT id FROM orders"], "website"),
            (
                [
                    "CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)",
                    "INSERT INTO alembic_version VALUES ('5f2c9a')",
                    "CREATE TABLE orders (id INTEGER)",
                ],
                "alembic_version",
            ),
        ],
        ids=["a table of the same name", "a view", "another user of Alembic"],
    )
    def test_tables_in_the_way_are_named(self, empty_app, statements: list[str], names: str, command: tuple[str, ...]):
        app = empty_app()
        run_sql(app, *statements)
        before = contents(app)

        done = invoke(app, *command)

        assert (done.exit_code, done.stdout) == (3, "")
        assert done.stderr == f"Error: the database has tables of another program: {names}. {ADVICE}\n"
        assert contents(app) == before

    def test_tables_that_are_in_nobodys_way_are_none_of_our_business(self, empty_app):
        app = empty_app()
        run_sql(app, "CREATE TABLE orders (id INTEGER)", "CREATE TABLE _prisma_migrations (id INTEGER)")

        done = invoke(app, "setup")

        assert (done.exit_code, done.stderr) == (0, "")

    def test_a_database_that_a_newer_release_has_migrated_is_ours(self, empty_app):
        app = empty_app()
        assert invoke(app, "setup").exit_code == 0
        run_sql(app, "UPDATE alembic_version SET version_num = '9999'")

        done = invoke(app, "setup")

        assert (done.exit_code, done.output) == (0, "")
