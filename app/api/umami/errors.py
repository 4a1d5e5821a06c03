"""Refusals as Umami draws them (umami-api.md, section 1.5): one table, one envelope."""

from typing import Any

import orjson
import structlog
from flask import Flask, Response
from marshmallow import ValidationError
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from app.api.umami import texts
from app.api.umami.schemas.base import camel_case
from app.domain import errors
from app.http.request import request_id

log = structlog.get_logger()
RETRY_AFTER = 1
"""Seconds after which a database that was busy may be asked again."""

REFUSALS: list[tuple[type[errors.DomainError], int, str]] = [
    (errors.UnknownAccessCode, 404, "team-not-found"),
    (errors.WrongCredentials, 401, "incorrect-username-password"),
    (errors.Invalid, 400, "bad-request"),
    (errors.Conflict, 400, "bad-request"),
    (errors.Unauthenticated, 401, "unauthorized"),
    (errors.Denied, 401, "unauthorized"),  # W23: 401 stays for "not allowed"
    (errors.NotFound, 404, "not-found"),
    (errors.Throttled, 429, "unauthorized"),
    (errors.Unavailable, 503, "server-error"),
]
HTTP_TEXTS = {
    400: ("Bad request", "bad-request"),
    401: ("Unauthorized", "unauthorized"),
    404: ("Not found", "not-found"),
    405: ("Method not allowed", "bad-request"),
    413: ("Request body too large", "bad-request"),
    415: ("Unsupported media type", "bad-request"),
}


def init_app(app: Flask) -> None:
    """Draw every refusal and failure in the envelope."""
    app.register_error_handler(errors.DomainError, refused)
    app.register_error_handler(ValidationError, invalid)
    app.register_error_handler(HTTPException, failed_http)
    app.register_error_handler(DataError, unstorable)
    for busy in (OperationalError, InterfaceError, PoolTimeout):
        app.register_error_handler(busy, unavailable)
    app.register_error_handler(Exception, failed)


def envelope(status: int, message: str, code: str, **extra: Any) -> Response:
    """The answer that says no: ``{"error": {message, code, status, …}}``."""
    body = {"error": {"message": message, "code": code, "status": status, **extra}}
    return Response(orjson.dumps(body), status=status, mimetype="application/json")


def refused(error: errors.DomainError) -> Response:
    """What a service refused."""
    status, code = next((status, code) for kind, status, code in REFUSALS if isinstance(error, kind))
    if isinstance(error, errors.Invalid) and error.field:
        return bad_fields({camel_case(error.field): [error.message]})
    response = envelope(status, error.message, code)
    if isinstance(error, errors.Throttled):
        response.headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, errors.Unavailable):
        response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def invalid(error: ValidationError) -> Response:
    """What a schema refused."""
    messages = error.messages
    return bad_fields(messages if isinstance(messages, dict) else {"_schema": messages})


def bad_fields(messages: dict[str, Any]) -> Response:
    return envelope(400, "Bad request", "bad-request", **texts.tree(messages))


def failed_http(error: HTTPException) -> Response:
    """What Flask or Werkzeug refused: unknown paths, wrong methods, bodies that are too large (W22)."""
    status = error.code or 500
    message, code = HTTP_TEXTS.get(status, (error.name, "bad-request" if status < 500 else "server-error"))
    response = envelope(status, message, code)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def unstorable(error: DataError) -> Response:
    """A value that passed our checks and that the database will not take."""
    log.warning("the database refused a value", error=str(error.orig))
    return envelope(400, "Bad request", "bad-request")


def unavailable(error: Exception) -> Response:
    """The database is away, locked, full, or out of connections."""
    log.error("the database is not available", error=str(getattr(error, "orig", error)).strip())
    response = envelope(503, "The database is not available", "server-error", requestId=request_id())
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def failed(error: Exception) -> Response:
    """A fault of ours: logged in full, told by its request id alone."""
    log.error("unhandled error", error=type(error).__name__, exc_info=error)
    return envelope(500, "Server error", "server-error", requestId=request_id())
