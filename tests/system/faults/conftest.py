"""Databases that tests can break: SQLite files, and a temporary PostgreSQL server."""

import sqlite3
from collections.abc import Callable, Iterator

import psycopg
import pytest

from tests.system.faults.cluster import Server, binaries, primary


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A server shared by all tests; a test that stops it starts it again."""
    if binaries() is None:
        pytest.skip("PostgreSQL's server is not installed")
    with primary() as server:
        yield server


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def own_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a database of each kind, shared by the tests of a module."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('sqlite') / 'test.db'}"
    server: Server = request.getfixturevalue("postgresql")
    return server.ready_database()


@pytest.fixture
def usernames() -> Callable[[str], set[str]]:
    """``usernames(url)``: all usernames, read directly from the database."""

    def read(url: str) -> set[str]:
        statement = 'SELECT username FROM "user"'
        if url.startswith("sqlite"):
            with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
                return {name for (name,) in connection.execute(statement)}
        with psycopg.connect(url) as connection:
            return {name for (name,) in connection.execute(statement)}

    return read
