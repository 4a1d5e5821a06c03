"""Locks that let one process at a time do something for long, while all others can still read and write."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress

from sqlalchemy import text

from app.db.errors import translated
from app.db.session import db
from app.domain.errors import ApplyRunning
from app.runtime import runtime
from app.settings.files import APPLY_LOCK, MIGRATION_LOCK, database_file

LOCK = 0x4150504C59  # "APPLY"; an advisory lock


@contextmanager
def only_apply() -> Iterator[None]:
    """
    Let no other ``apply`` run on this database during the block. The lock ends with the process, however it ends.

    :raises ApplyRunning: another one is running
    """
    if db.engine.dialect.name == "postgresql":
        with _advisory_lock():
            yield
    else:
        with _locked_file(APPLY_LOCK, wait=False):
            yield


def migration_of_sqlite() -> AbstractContextManager[None]:
    """Wait until no other process migrates this SQLite database, and let no other one begin during the block."""
    return _locked_file(MIGRATION_LOCK, wait=True)


@contextmanager
def _advisory_lock() -> Iterator[None]:
    """Hold a lock in a transaction of its own, since behind PgBouncer only a transaction keeps a connection."""
    with translated, db.engine.connect() as connection:
        connection.detach()  # so that it takes no place in the pool
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        if not connection.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": LOCK}):
            raise ApplyRunning
        yield


@contextmanager
def _locked_file(suffix: str, *, wait: bool) -> Iterator[None]:
    database = database_file(runtime().config)
    if database is None:  # in memory: no other process has it
        yield
        return
    file = database.with_name(database.name + suffix)
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise ApplyRunning from None
        yield
    finally:
        with suppress(OSError):
            os.close(descriptor)
