"""Methods ``Test.…`` that only exist in these tests, and an app that no test changes."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app.api.matomo import registry
from app.api.matomo.permissions import ANYONE
from tests.matomo.conftest import Caller


@pytest.fixture
def define(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """``define(function, "name", writes=True)``: defines the method ``Test.name``."""
    monkeypatch.setitem(registry.METHODS, "Test", {})

    def make(function: Callable[..., Any], name: str = "method", **options: Any) -> None:
        registry.method(f"Test.{name}", **{"access": ANYONE, **options})(function)

    return make


@pytest.fixture
def wire(migrated_app: Flask) -> Caller:
    """A caller without a token, for methods that need neither access nor data."""
    return Caller(migrated_app.test_client())


@pytest.fixture
def drawn(define: Callable[..., None], wire: Caller) -> Callable[..., str]:
    """``drawn(value, "xml", filter_limit=3)``: the serialized value; for XML, without the XML declaration."""

    def serialize(value: Any, form: str, **parameters: Any) -> str:
        define(lambda: value)
        if form == "xml":
            return wire.xml("Test.method", **parameters)
        return wire.call("Test.method", format=form, **parameters).text

    return serialize
