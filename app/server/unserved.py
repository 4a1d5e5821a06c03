"""What a client is told whose request is not run: no slot is taken and no statement sent for it."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

import orjson

from app.api.matomo import formats
from app.api.matomo.dispatch import MODULE
from app.api.matomo.dispatch import PATHS as MATOMO
from app.api.matomo.parameters import Parameters
from app.api.middleware import PAGES, REQUEST_ID, Environ

FORM = "application/x-www-form-urlencoded"
FORM_BYTES = 4096
PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Please try again · Frontdesk</title>
</head>
<body><main><h1>Please try again</h1><p>{message}</p></main></body>
</html>
"""


class Unserved:
    """A WSGI application that gives every request the same error."""

    def __init__(self, status: HTTPStatus, message: str, **headers: str) -> None:
        self.status, self.message = status, message
        self.headers = [(name.replace("_", "-"), value) for name, value in headers.items()]

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        found = error_for(environ, self.status, self.message)
        described = {"Content-Type": found.content_type, "Content-Length": str(len(found.body)), **found.headers}
        start_response(f"{self.status.value} {self.status.phrase}", [*described.items(), *self.headers])
        return [found.body]


def error_for(environ: Environ, status: HTTPStatus, message: str) -> formats.Answer:
    """The error in the words of the API that was asked, which the path tells."""
    path = environ["PATH_INFO"]
    if path.startswith(PAGES):
        return formats.Answer(PAGE.format(message=message).encode(), "text/html; charset=utf-8")
    if path in MATOMO and (given := _parameters(environ)).get("module") == MODULE:
        return formats.format_of(given).failure(message)
    code = "server-error" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "bad-request"
    error = {"message": message, "code": code, "status": status, "requestId": environ[REQUEST_ID]}
    return formats.Answer(orjson.dumps({"error": error}), "application/json")


def _parameters(environ: Environ) -> Parameters:
    # The parameters that matter come first in practice; to parse a large form would cost more than to refuse it.
    form = environ["wsgi.input"].read(FORM_BYTES) if environ.get("CONTENT_TYPE", "").startswith(FORM) else b""
    return {**dict(parse_qsl(form.decode("latin-1"))), **dict(parse_qsl(environ["QUERY_STRING"]))}
