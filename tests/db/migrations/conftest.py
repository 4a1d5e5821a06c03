"""Fixtures for empty databases, and functions that describe a schema."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from alembic.script import Script, ScriptDirectory
from flask import Flask
from sqlalchemy import Connection, Engine, inspect, text

from app import create_app
from app.db import migrations
from app.db.session import db
from tests.conftest import settings_for
from tests.databases import fresh_database

INDEXES = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
    "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
}


@pytest.fixture
def make_empty(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Flask]]:
    """``make_empty()``: an app on a new empty database, with its context open."""
    with ExitStack() as stack:

        def make() -> Flask:
            folder = tmp_path_factory.mktemp("empty")
            app = create_app(settings_for(stack.enter_context(fresh_database(database, folder)), folder))
            stack.enter_context(app.app_context())
            for engine in db.engines.values():
                stack.callback(engine.dispose)
            return app

        yield make


@pytest.fixture
def empty(make_empty: Callable[[], Flask]) -> Flask:
    return make_empty()


def all_revisions() -> Iterator[Script]:
    """The migrations, newest first."""
    return ScriptDirectory.from_config(migrations.settings()).walk_revisions()


def tables(engine: Engine) -> set[str]:
    """The names of all tables except Alembic's."""
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def schema(engine: Engine) -> dict[str, Any]:
    """The schema in a form that can be compared: columns, constraints, and indexes with their conditions."""
    found: dict[str, Any] = {}
    with engine.connect() as connection:
        for name in sorted(tables(engine)):
            found[name] = table(connection, name)
        rows = connection.execute(text(INDEXES[engine.dialect.name]))
        # Indexes that need an extension of PostgreSQL only exist in migrations, not in the models.
        found["indexes"] = {name: sql for name, sql in rows if "alembic" not in name and not name.endswith("_trgm")}
    return found


def of_models(found: dict[str, Any]) -> dict[str, Any]:
    """A schema without SQLite's full-text tables, which only exist in migrations."""
    return {
        name: of_models(value) if name == "indexes" else value
        for name, value in found.items()
        if not name.startswith(("search_", "sqlite_autoindex_search_"))
    }


def table(connection: Connection, name: str) -> dict[str, Any]:
    inspector = inspect(connection)
    return {
        "columns": {column.pop("name"): repr(column) for column in map(dict, inspector.get_columns(name))},
        "primary key": inspector.get_pk_constraint(name),
        "foreign keys": sorted(map(repr, inspector.get_foreign_keys(name))),
        "unique": sorted(map(repr, inspector.get_unique_constraints(name))),
        "checks": sorted(map(repr, inspector.get_check_constraints(name))),
    }
