"""Locks held by another connection."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg


@contextmanager
def locked(url: str, username: str) -> Iterator[None]:
    """Lock this user during the block; on SQLite, the whole database."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")
        return
    with psycopg.connect(url) as connection:
        connection.execute('SELECT 1 FROM "user" WHERE username = %s FOR UPDATE', [username])
        yield
        connection.rollback()
