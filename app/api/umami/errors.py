"""Errors as Umami's clients know them (umami-api.md, section 1.5): one table, one envelope."""

from http import HTTPStatus
from typing import Any

import orjson
from flask import Response
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException

from app.api.umami import texts
from app.api.umami.error_texts import text_of
from app.api.umami.schemas.base import camel_case
from app.domain import errors
from app.http.errors import DETAILS, Plain, headers_for, log_failure
from app.http.request import request_id

JSON_TYPE = "application/json"
STATUSES: dict[type[errors.DomainError], tuple[int, str]] = {
    errors.DomainError: (400, "bad-request"),
    errors.Unauthenticated: (401, "unauthorized"),
    errors.WrongCredentials: (401, "incorrect-username-password"),
    errors.Denied: (401, "unauthorized"),  # W23: 401 stays for "not allowed"
    errors.NotFound: (404, "not-found"),
    errors.UnknownAccessCode: (404, "team-not-found"),
    errors.Throttled: (429, "unauthorized"),
    errors.Unavailable: (503, "server-error"),
}
HTTP_TEXTS = {
    400: ("Bad request", "bad-request"),
    401: ("Unauthorized", "unauthorized"),
    404: ("Not found", "not-found"),
    405: ("Method not allowed", "bad-request"),
    408: (DETAILS[408], "bad-request"),
    413: ("Request body too large", "bad-request"),
    415: ("Unsupported media type", "bad-request"),
    500: ("Server error", "server-error"),
    503: (DETAILS[503], "server-error"),
}


def present(error: Exception) -> Response:
    """The envelope for whatever was raised; faults of ours are logged in full, and told by their request id alone."""
    if isinstance(error, ValidationError):
        messages = error.messages
        return bad_fields(messages if isinstance(messages, dict) else {"_schema": messages})
    log_failure(error)
    if isinstance(error, errors.DomainError):
        return _refused(error)
    if isinstance(error, HTTPException):
        return _failed_http(error)
    message, code = HTTP_TEXTS[500]
    return envelope(500, message, code, requestId=request_id())


def plain(status: int, _query_string: str, request_id: str) -> Plain:
    """The envelope for a status, where the request did not get as far as Flask."""
    message, code = _http_text(status, HTTPStatus(status).phrase)
    return JSON_TYPE, _body(status, message, code, **({"requestId": request_id} if status >= 500 else {}))


def envelope(status: int, message: str, code: str, **extra: Any) -> Response:
    """The answer that says no: ``{"error": {message, code, status, …}}``."""
    return Response(_body(status, message, code, **extra), status=status, mimetype=JSON_TYPE)


def _body(status: int, message: str, code: str, **extra: Any) -> bytes:
    return orjson.dumps({"error": {"message": message, "code": code, "status": status, **extra}})


def bad_fields(messages: dict[str, Any]) -> Response:
    """What is wrong with which field, as marshmallow collects it."""
    return envelope(400, "Bad request", "bad-request", **texts.tree(messages))


def _refused(error: errors.DomainError) -> Response:
    if isinstance(error, errors.InvalidField):
        return bad_fields({camel_case(error.field): [text_of(error)]})
    status, code = errors.entry_for(STATUSES, error)
    extra = {"requestId": request_id()} if isinstance(error, errors.DatabaseUnavailable) else {}
    response = envelope(status, text_of(error), code, **extra)
    response.headers.update(headers_for(error))
    return response


def _failed_http(error: HTTPException) -> Response:
    """What Flask or Werkzeug refused: unknown paths, wrong methods, bodies that are too large (W22)."""
    status = error.code or 500
    message, code = _http_text(status, error.name)
    response = envelope(status, message, code)
    response.headers.update(headers_for(error))
    return response


def _http_text(status: int, name: str) -> tuple[str, str]:
    return HTTP_TEXTS.get(status, (name, "bad-request" if status < 500 else "server-error"))
