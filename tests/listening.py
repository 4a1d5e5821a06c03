"""Listeners to what services record."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import select

from app.db.session import Unit, db
from app.models import Base, FailedAttempt
from app.services.events import Event

CHANGED_BY_USE = {"last_used_at", "last_seen_at", "wrote_at", "expires_at"}
"""Columns that a call changes without changing anything."""


class Refusing(Exception):
    """Raised by a listener that wants nothing of the change to last."""


@contextmanager
def heard(app: Flask, *, refuse: bool = False) -> Iterator[list[Event]]:
    """The events that are recorded meanwhile; with ``refuse``, the first one ends its transaction."""
    found: list[Event] = []

    def listen(session: Unit, event: Any) -> None:
        session.flush()  # so that there is something to take back
        found.append(event)
        if refuse:
            raise Refusing

    listeners = app.extensions["frontdesk"].listeners
    listeners.append(listen)
    try:
        yield found
    finally:
        listeners.remove(listen)


def names(events: list[Event]) -> list[str]:
    """What happened, in order."""
    return [type(event).__name__ for event in events]


def stored(app: Flask) -> dict[str, list[str]]:
    """All rows of all tables, but for what calls change that change nothing; failed attempts count in any case."""
    with app.app_context():
        return {
            table.name: sorted(
                map(str, db.session.execute(select(*[c for c in table.c if c.name not in CHANGED_BY_USE])))
            )
            for table in Base.metadata.sorted_tables
            if table is not FailedAttempt.__table__
        }
