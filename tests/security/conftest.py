"""An app context, as throttles count in the app's database."""

from collections.abc import Iterator

import pytest
from flask import Flask


@pytest.fixture
def in_app(app: Flask) -> Iterator[Flask]:
    """The app, with an app context."""
    with app.app_context():
        yield app
