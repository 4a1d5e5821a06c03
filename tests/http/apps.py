"""Apps with other settings than the app under test, and requests to send to them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask

from app import create_app
from app.db.session import db
from tests.conftest import settings_for

ANSWERS = {
    200: ("GET", "/api/heartbeat", None),
    204: ("OPTIONS", "/api/users", None),
    308: ("GET", "/api//users", None),
    400: ("POST", "/api/auth/login", b"{broken"),
    401: ("GET", "/api/me", None),
    404: ("GET", "/api/share/nothing", None),
    405: ("PATCH", "/api/users", None),
    413: ("POST", "/api/auth/login", b"x" * 1_048_577),
    500: ("GET", "/api/boom", None),
}
"""Requests to an app with ``/api/boom`` by the status of the response: method, path, body."""


@contextmanager
def other_app(database_url: str, folder: Path, **settings: Any) -> Iterator[Flask]:
    """An app on an existing database; its connections are closed afterwards."""
    app = create_app(settings_for(database_url, folder, **settings))
    yield app
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()
