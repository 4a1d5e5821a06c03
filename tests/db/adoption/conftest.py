"""A PostgreSQL database that Umami made, with its schema as plain facts."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import bcrypt
import pytest
from flask import Flask
from sqlalchemy import text

from app import create_app
from app.db.session import db
from app.domain.actor import OPERATOR
from app.services import adoption
from tests.conftest import settings_for
from tests.databases import fresh_database, postgresql_version
from tests.db.adoption.releases import SINCE

ADMIN = "41e2b680-648e-4b09-bcd7-3e2b10c06264"
SCHEMA = (Path(__file__).parent / "umami.sql").read_text()
PASSWORD = bcrypt.hashpw(b"umami", bcrypt.gensalt(4)).decode()

if postgresql_version() is None:
    collect_ignore_glob = ["test_*.py"]


class Database:
    """The database, as SQL sees it: what a test writes with it is what Umami would write."""

    def run(self, statement: str, **values: Any) -> None:
        with db.engine.begin() as connection:
            connection.execute(text(statement), values)

    def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        with db.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query), values)]

    def upgrade_umami(self, to: str) -> None:
        """Run Umami's migrations up to a release."""
        for release, statements in SINCE.items():
            if release <= to:
                for statement in statements.split(";"):
                    if self.rows("SELECT 1 FROM _prisma_migrations WHERE id = :release", release=release) == []:
                        self.run(statement)
                self.run(
                    "INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) "
                    "VALUES (:release, '', :release, now()) ON CONFLICT DO NOTHING",
                    release=release,
                )


@contextmanager
def opened(url: str, folder: Path, **settings: Any) -> Iterator[Flask]:
    """Yield an app on the database, with its context open."""
    app = create_app(settings_for(url, folder, **settings))
    with app.app_context():
        yield app
        for engine in db.engines.values():
            engine.dispose()


def make_tables(release: str) -> None:
    for statement in SCHEMA.split(";\n"):
        if statement.strip():
            Database().run(statement, **({"password": PASSWORD} if ":password" in statement else {}))
    Database().upgrade_umami(release)


@pytest.fixture
def make_umami(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Flask]]:
    """``make_umami("3.4")``: an app on a new database of that release, or on an empty one, with its context open."""
    with ExitStack() as stack:

        def make(release: str | None = "3.1") -> Flask:
            folder = tmp_path_factory.mktemp("umami")
            url = stack.enter_context(fresh_database("postgresql", folder))
            app = stack.enter_context(opened(url, folder))
            if release is not None:
                make_tables(release)
            return app

        yield make


@pytest.fixture
def umami(make_umami: Callable[..., Flask]) -> Flask:
    """An app on a database of Umami 3.1 that is not adopted."""
    return make_umami()


@pytest.fixture
def sql() -> Database:
    return Database()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of an adopted database of Umami 3.1, to be copied."""
    folder = tmp_path_factory.mktemp("template")
    with fresh_database("postgresql", folder) as url:
        with opened(url, folder):
            make_tables("3.1")
            adopt()
        yield url.rpartition("/")[2]


@pytest.fixture
def adopted(template: str, tmp_path: Path) -> Iterator[Flask]:
    """An app on an adopted database of Umami 3.1, with its context open."""
    with fresh_database("postgresql", tmp_path, copy_of=template) as url, opened(url, tmp_path) as app:
        yield app


def adopt() -> None:
    adoption.adopt(OPERATOR, lambda _text: None)


def undo() -> None:
    adoption.undo(OPERATOR, lambda _text: None)
