"""What a client is told whose request is not run: no slot is taken and no statement sent for it."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from app.http.errors import plain_response
from app.http.middleware import REQUEST_ID, Environ

FORM = "application/x-www-form-urlencoded"
FORM_BYTES = 4096
"""The parameters that matter come first in practice; to parse a large form would cost more than to turn it away."""


class Unserved:
    """A WSGI application that gives every request the same error, in the words of the API that it asked."""

    def __init__(self, status: HTTPStatus, **headers: str) -> None:
        self.status = status
        self.headers = [(name.replace("_", "-"), value) for name, value in headers.items()]

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        kind, body = plain_response(self.status, environ["PATH_INFO"], _parameters(environ), environ[REQUEST_ID])
        described = [("Content-Type", kind), ("Content-Length", str(len(body)))]
        start_response(f"{self.status.value} {self.status.phrase}", [*described, *self.headers])
        return [body]


def _parameters(environ: Environ) -> str:
    """Of form and query, since Matomo's API takes its parameters from both; of two, the query's comes last."""
    form = environ["wsgi.input"].read(FORM_BYTES) if environ.get("CONTENT_TYPE", "").startswith(FORM) else b""
    return "&".join(filter(None, (form.decode("latin-1"), environ["QUERY_STRING"])))
