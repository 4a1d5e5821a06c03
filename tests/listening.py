"""Listeners to the events that services record."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import select

from app.db.session import Unit, db
from app.models import Base, FailedAttempt
from app.services.events import Event

CHANGED_BY_USE = {"last_used_at", "last_seen_at", "wrote_at", "expires_at"}
"""Columns that are updated by calls that make no change."""


class Refusing(Exception):
    """Raised by a listener to roll back the change."""


@contextmanager
def heard(app: Flask, *, refuse: bool = False, pause: float = 0) -> Iterator[list[Event]]:
    """
    Collect the events recorded during the block.

    :param refuse: the first one rolls back its transaction
    :param pause: how many seconds each one holds up its transaction, so that others come in between
    """
    found: list[Event] = []

    def listen(session: Unit, event: Any) -> None:
        session.flush()  # so that there is something to take back
        found.append(event)
        if refuse:
            raise Refusing
        time.sleep(pause)

    listeners = app.extensions["frontdesk"].listeners
    listeners.append(listen)
    try:
        yield found
    finally:
        listeners.remove(listen)


def names(events: list[Event]) -> list[str]:
    """Return the names of the events, in order."""
    return [type(event).__name__ for event in events]


def stored(app: Flask) -> dict[str, list[str]]:
    """Return all rows of all tables, without the columns of ``CHANGED_BY_USE`` and without failed attempts."""
    with app.app_context():
        return {
            table.name: sorted(
                map(str, db.session.execute(select(*[c for c in table.c if c.name not in CHANGED_BY_USE])))
            )
            for table in Base.metadata.sorted_tables
            if table is not FailedAttempt.__table__
        }
