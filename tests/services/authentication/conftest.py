"""Access tokens, and clients that use them."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.services.authentication import access_tokens
from tests.conftest import Person
from tests.umami.decisions.conftest import client_with, in_database, log_in

__all__ = ["client_with", "in_database", "log_in"]


@pytest.fixture
def make_token(app: Flask) -> Callable[..., str]:
    """``make_token(person, expires_at=…)``: an access token."""

    def make(person: Person, description: str = "Reports", *, expires_at: datetime | None = None) -> str:
        with app.app_context():
            return access_tokens.create_token(person.actor, person.id, description=description, expires_at=expires_at)

    return make


@pytest.fixture
def program_of(make_token: Callable[..., str], client_with: Callable[[str], FlaskClient]) -> Callable[..., FlaskClient]:
    """``program_of(person)``: a client with an access token of this user."""
    return lambda person, **values: client_with(make_token(person, **values))
