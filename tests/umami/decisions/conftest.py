"""Fixtures in addition to those of ``tests/conftest.py``."""

from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.db.session import Unit, transaction
from tests.conftest import Person


@pytest.fixture
def in_database(app: Flask) -> Callable[[], AbstractContextManager[Unit]]:
    """``with in_database() as session`` gives direct access to the tables, without the rules of services."""

    @contextmanager
    def opened() -> Any:
        with app.app_context(), transaction() as session:
            yield session

    return opened


@pytest.fixture
def log_in(anonymous: FlaskClient) -> Callable[..., Any]:
    """``log_in(person)`` or ``log_in(person, password="…", address="…")`` returns the response to a login."""

    def send(person: Person | str, *, password: str | None = None, address: str = "192.0.2.1") -> Any:
        username = person if isinstance(person, str) else person.username
        given = password if password is not None or isinstance(person, str) else person.password
        return anonymous.post(
            "/api/auth/login",
            json={"username": username, "password": given},
            environ_overrides={"REMOTE_ADDR": address},
        )

    return send


@pytest.fixture
def client_with(app: Flask) -> Callable[[str], FlaskClient]:
    """``client_with(token)`` returns a client that sends the token."""

    def make(token: str) -> FlaskClient:
        client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        return client

    return make
