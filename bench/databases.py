"""The temporary database of the benchmark."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg

DEFAULT = "postgresql://postgres@127.0.0.1:5432/postgres"


@dataclass(frozen=True)
class Database:
    """Its kind (``postgresql`` or ``sqlite``), URL and version."""

    kind: str
    url: str
    version: str

    @property
    def path(self) -> str:
        """The path of the file, for SQLite."""
        return self.url.removeprefix("sqlite:///")

    @property
    def async_url(self) -> str:
        """The URL with one of SQLAlchemy's asynchronous drivers."""
        scheme, _, rest = self.url.partition("://")
        return f"{scheme}+{'aiosqlite' if self.kind == 'sqlite' else 'asyncpg'}://{rest}"


def server_url() -> str:
    """Return the URL of a PostgreSQL database whose user can create other databases."""
    return os.environ.get("TEST_DATABASE_URL", DEFAULT)


def postgresql_version(url: str) -> str | None:
    """Return the version of the server, or None if it cannot be reached."""
    try:
        with psycopg.connect(url, connect_timeout=2) as connection:
            return str(connection.info.parameter_status("server_version")).split()[0]
    except psycopg.Error:
        return None


@contextmanager
def fresh_database(folder: Path, *, sqlite: bool) -> Iterator[Database]:
    """Yield an empty database: on PostgreSQL if it can be reached, unless ``sqlite`` is set."""
    server = server_url()
    version = None if sqlite else postgresql_version(server)
    if version is None:
        yield Database("sqlite", f"sqlite:///{folder / 'bench.db'}", sqlite3.sqlite_version)
        return
    name = f"frontdesk_bench_{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        place, _, options = server.partition("?")
        url = f"{place.rpartition('/')[0]}/{name}" + (f"?{options}" if options else "")
        yield Database("postgresql", url, version)
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
