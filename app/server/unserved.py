"""Responses to requests that are not run. They need neither a slot nor the database."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from app.http.errors import plain_response
from app.http.middleware import REQUEST_ID, Environ

FORM = "application/x-www-form-urlencoded"
FORM_BYTES = 4096
"""The parameters needed here come first in practice, and parsing a large form would cost more than rejecting it."""


class Unserved:
    """A WSGI application that responds to every request with one status, in the error format of the requested API."""

    def __init__(self, status: HTTPStatus, **headers: str) -> None:
        self.status = status
        self.headers = [(name.replace("_", "-"), value) for name, value in headers.items()]

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        kind, body = plain_response(self.status, environ["PATH_INFO"], _parameters(environ), environ[REQUEST_ID])
        described = [("Content-Type", kind), ("Content-Length", str(len(body)))]
        start_response(f"{self.status.value} {self.status.phrase}", [*described, *self.headers])
        return [body]


def _parameters(environ: Environ) -> str:
    """Return form and query parameters, as Matomo's API reads both; the query comes last and so takes precedence."""
    form = environ["wsgi.input"].read(FORM_BYTES) if environ.get("CONTENT_TYPE", "").startswith(FORM) else b""
    return "&".join(filter(None, (form.decode("latin-1"), environ["QUERY_STRING"])))
