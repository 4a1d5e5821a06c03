"""Apps with other settings, on the database of the app under test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.databases import fresh_database
from tests.http.apps import other_app


@pytest.fixture
def app_with(app: Flask, database_url: str, tmp_path: Path) -> Iterator[Callable[..., Flask]]:
    """``app_with(force_ssl=True)`` returns a second app on the same database."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(other_app(database_url, tmp_path, **settings))


@pytest.fixture
def empty_database(database: str, tmp_path: Path) -> Iterator[str]:
    """The URL of a database that has no tables."""
    with fresh_database(database, tmp_path) as url:
        yield url


@pytest.fixture
def app_without_database(database: str, tmp_path: Path) -> Iterator[Flask]:
    """An app whose database cannot be reached."""
    nowhere = {
        "sqlite": f"sqlite:///{tmp_path}/no/such/folder/test.db",
        "postgresql": "postgresql://postgres@127.0.0.1:1/postgres",
    }
    with other_app(nowhere[database], tmp_path) as app:
        yield app


@pytest.fixture
def failing_app(app_with: Callable[..., Any]) -> Flask:
    """An app with a bug, in ``/api/boom``."""
    made: Flask = app_with()

    def boom() -> None:
        password = "a local secret"
        raise RuntimeError(f"boom of {len(password)}")

    made.add_url_rule("/api/boom", view_func=boom, methods=["GET", "POST"])
    return made
