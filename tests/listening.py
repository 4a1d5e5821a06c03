"""Listeners to what services record."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask

from app.db.session import Unit
from app.services.events import Event


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
