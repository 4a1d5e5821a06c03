"""Errors of HTTP: the API that a path belongs to presents them; outside the APIs they are problem JSON (RFC 9457)."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

import orjson
import structlog
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from app.domain.errors import (
    Conflict,
    DatabaseUnavailable,
    Denied,
    DomainError,
    Invalid,
    LinkExpired,
    NotFound,
    StillRunning,
    Throttled,
    Unauthenticated,
    Unavailable,
    Unstorable,
    entry_for,
)
from app.http.middleware import REQUEST_ID
from app.runtime import runtime

log = structlog.get_logger()
PROBLEM_TYPE = "application/problem+json"
STATUSES: dict[type[DomainError], int] = {
    DomainError: 400,
    Invalid: 400,
    Conflict: 409,
    Unauthenticated: 401,
    Denied: 403,
    NotFound: 404,
    LinkExpired: 410,
    Throttled: 429,
    Unavailable: 503,
}
DETAILS = {
    408: "The request did not arrive in time.",
    413: "The request body is too large.",
    503: "The server is busy. Please try again.",
}
"""Texts by status, for requests that are rejected before they reach the application."""

Plain = tuple[str, bytes]
"""A content type and a body."""


@dataclass(frozen=True, slots=True)
class Api:
    """How an API presents errors."""

    name: str
    claims: Callable[[str, str], bool]
    """Whether a path with a query string belongs to this API."""
    present: Callable[[Exception], Response]
    """Returns the response to an exception that was raised during a request."""
    plain: Callable[[int, str, str], Plain]
    """
    Returns content type and body for a request that does not reach Flask.

    Takes the status, the query string (untrusted input) and the request id. Must not raise.
    """


_apis: dict[str, Api] = {}


def init_app(app: Flask) -> None:
    """Handle every error of the application."""
    app.register_error_handler(Exception, present)


def register(api: Api) -> None:
    """Let an API present the errors of its paths."""
    _apis[api.name] = api


def below(*places: str) -> Callable[[str, str], bool]:
    """Return ``claims`` for an API that owns these paths and everything below them."""
    folders = tuple(f"{place}/" for place in places)
    return lambda path, _query_string: path in places or path.startswith(folders)


def api_for(path: str, query_string: str) -> Api:
    """Return the API that a path belongs to."""
    return next((api for api in _apis.values() if api.claims(path, query_string)), PROBLEMS)


def present(error: Exception) -> Response:
    """Return the response to an error, in the format of the API that was called."""
    return api_for(request.path, request.query_string.decode("latin-1")).present(error)


def plain_response(status: int, path: str, query_string: str, request_id: str) -> Plain:
    """Return content type and body for a request that is rejected before it reaches the application."""
    return api_for(path, query_string).plain(status, query_string, request_id)


def busy_response(path: str, query_string: str, request_id: str) -> Plain:
    """Return ``plain_response`` for 503: the server has no room for the request."""
    return plain_response(503, path, query_string, request_id)


def headers_for(error: Exception) -> dict[str, str]:
    """Return the headers of an error, the same in every API: allowed methods, when to try again."""
    if isinstance(error, MethodNotAllowed):
        return {"Allow": ", ".join(sorted(error.valid_methods or ()))}
    if isinstance(error, StillRunning | Throttled | Unavailable):
        return {"Retry-After": str(error.retry_after)}
    return {}


def log_failure(error: Exception, *, call: str = "") -> None:
    """
    Log what an operator should know: the driver's reason, or an internal error in full. Calls that the actor was not
    allowed to make go to the audit log.

    :param call: the name of the call; by default, method and route
    """
    if isinstance(error, Denied) and "actor" in g:
        for note in runtime().on_denied:
            note(g.actor, call or f"{request.method} {request.url_rule}")
    if isinstance(error, DatabaseUnavailable):
        log.error("the database is not available", error=error.reason)
    elif isinstance(error, Unstorable):
        log.warning("the database refused a value", error=error.reason)
    elif not isinstance(error, DomainError | HTTPException):
        log.error("unhandled error", error=type(error).__name__, exc_info=error)


def _problem(status: int, request_id: str, detail: str | None = None, reason: str | None = None) -> bytes:
    body: dict[str, object] = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    more = {name: text for name, text in (("detail", detail), ("reason", reason)) if text}
    return orjson.dumps(body | more | {"requestId": request_id})


def _present_problem(error: Exception) -> Response:
    log_failure(error)
    status, detail, reason = 500, None, None
    if isinstance(error, DomainError):
        status, detail, reason = entry_for(STATUSES, error), error.message, error.reason_code
    elif isinstance(error, HTTPException):
        status = error.code or 500
    body, headers = _problem(status, request.environ[REQUEST_ID], detail, reason), headers_for(error)
    return Response(body, status=status, content_type=PROBLEM_TYPE, headers=headers)


def _plain_problem(status: int, _query_string: str, request_id: str) -> Plain:
    return PROBLEM_TYPE, _problem(status, request_id, DETAILS.get(status))


PROBLEMS = Api("problems", lambda _path, _query_string: True, _present_problem, _plain_problem)
"""The fallback for paths of no API."""
