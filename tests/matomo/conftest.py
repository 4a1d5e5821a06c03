"""Callers that use Matomo's API as its clients do: a form sent with POST, and the token as a parameter."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import Person


@dataclass(frozen=True)
class Caller:
    """``caller.call("UsersManager.getUser", userLogin="ada")``: sent with POST, with a JSON response by default."""

    client: FlaskClient
    token: str | None = None

    def call(self, method: str, *, format: str = "json", verb: str = "POST", **parameters: Any) -> TestResponse:
        """Lists are sent as ``name[]``, dicts as ``name[key]``."""
        given = {"module": "API", "method": method, "format": format, **flattened(parameters)}
        if self.token is not None:
            given["token_auth"] = self.token
        if verb == "POST":
            return self.client.post("/index.php", data=given)
        return self.client.open("/index.php", method=verb, query_string=given)

    def xml(self, method: str, **parameters: Any) -> str:
        """Return the whole body in XML, without the XML declaration."""
        text = self.call(method, format="xml", **parameters).text
        assert text.startswith(XML_HEAD)
        return text.removeprefix(XML_HEAD)


XML_HEAD = '<?xml version="1.0" encoding="utf-8" ?>\n'


def flattened(parameters: dict[str, Any]) -> dict[str, Any]:
    """Return parameters as form fields: ``{"a": [1, 2]}`` → ``{"a[]": [1, 2]}``."""
    given: dict[str, Any] = {}
    for name, value in parameters.items():
        if isinstance(value, dict):
            given |= {f"{name}[{key}]": item for key, item in value.items()}
        else:
            given[f"{name}[]" if isinstance(value, list) else name] = value
    return given


def failure(text: str) -> dict[str, str]:
    """Return the JSON of an error."""
    return {"result": "error", "message": text}


SUCCESS = {"result": "success", "message": "ok"}


@pytest.fixture
def caller_of(app: Flask, token_of: Callable[[Person], str]) -> Callable[[Person], Caller]:
    """``caller_of(ada)``: a caller with one of ada's tokens."""
    return lambda person: Caller(app.test_client(), token_of(person))


@pytest.fixture
def stranger(app: Flask) -> Caller:
    """A caller without a token."""
    return Caller(app.test_client())
