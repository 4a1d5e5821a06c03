"""The databases to test on: always SQLite, and PostgreSQL if it can be reached."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import redis

POSTGRESQL = os.environ.get("TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/15")


def postgresql_version() -> str | None:
    """Return the version of the server, or None if it cannot be reached."""
    try:
        with psycopg.connect(POSTGRESQL, connect_timeout=2) as connection:
            return str(connection.info.parameter_status("server_version"))
    except psycopg.Error:
        return None


def redis_version() -> str | None:
    """Return the version of the server, or None if it cannot be reached."""
    try:
        return str(redis.Redis.from_url(REDIS, socket_timeout=1).info("server")["redis_version"])
    except redis.RedisError:
        return None


@contextmanager
def fresh_database(kind: str, folder: Path, *, copy_of: str = "template1") -> Iterator[str]:
    """
    Yield the URL of an empty database, which is deleted afterwards.

    :param copy_of: the name of a PostgreSQL database that it is a copy of
    """
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'test.db'}"
        return
    name = f"frontdesk_test_{uuid4().hex[:12]}"
    with psycopg.connect(POSTGRESQL, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {copy_of}")
        connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")  # a crash may lose a test's data
    try:
        yield f"{POSTGRESQL.rpartition('/')[0]}/{name}"
    finally:
        with psycopg.connect(POSTGRESQL, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
