"""
Errors as problem details (RFC 9457), for programs that ask for them with ``Accept: application/problem+json``.

Umami's error responses have texts that are compatible, and a reason if there is one. These have our own text, the kind
of the error as ``type``, and the ``values`` that the text is about, so that a program can tell its users in its own
words. The status is the same.
"""

from collections.abc import Mapping
from dataclasses import fields
from http import HTTPStatus
from typing import Any

import orjson
from flask import Response, request
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException

from app.api.umami.texts import Ruled
from app.domain.errors import DatabaseUnavailable, DomainError, InvalidField, Unstorable, kind_of
from app.domain.text import camel_case
from app.http.errors import PROBLEM_TYPE, headers_for
from app.http.request import request_id

TYPE = "urn:frontdesk:error:"
NO_TYPE = "about:blank"
INVALID = f"{TYPE}invalid"
FOR_THE_LOG = (DatabaseUnavailable, Unstorable)
"""Errors whose values are the driver's words."""
TEXT_MAX_LENGTH, LIST_MAX_LENGTH = 1000, 100


def are_wanted() -> bool:
    """Return whether the client asked for problem details."""
    return PROBLEM_TYPE in request.headers.get("Accept", "")


def present(error: Exception, status: int) -> Response:
    """Return the problem details of an exception."""
    if isinstance(error, ValidationError):
        error = _broken_rule(error) or error
    body: dict[str, Any] = {"type": NO_TYPE, "title": HTTPStatus(status).phrase, "status": status}
    if isinstance(error, DomainError):
        body |= details(error)
    elif isinstance(error, ValidationError):
        field, text = _first(error.messages)
        body |= {"type": INVALID, "detail": f"{field}: {text}" if field else text, "values": {"field": field or None}}
    elif isinstance(error, HTTPException):
        body["detail"] = error.description
    body["requestId"] = request_id()
    return Response(orjson.dumps(body), status=status, content_type=PROBLEM_TYPE, headers=headers_for(error))


def details(error: DomainError) -> dict[str, Any]:
    """Return what problem details have of an error, apart from its status."""
    found = {"type": TYPE + kind_of(error), "detail": error.message, "values": _values(error)}
    return found | ({} if error.reason_code is None else {"reason": error.reason_code})


def _values(error: DomainError) -> dict[str, Any]:
    if isinstance(error, FOR_THE_LOG):
        return {}
    found = {camel_case(item.name): _bounded(getattr(error, item.name)) for item in fields(error)}  # type: ignore[arg-type]
    if isinstance(error, InvalidField):
        found["field"] = camel_case(error.field)
    return found


def _bounded(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple):
        return [_bounded(item) for item in value[:LIST_MAX_LENGTH]]
    return str(value)[:TEXT_MAX_LENGTH].encode("utf-8", "backslashreplace").decode()


def _broken_rule(error: ValidationError) -> DomainError | None:
    """Return the error that a service would have raised for the first value, if the schema checks the same rule."""
    field, text = _first(error.messages)
    return text.broken(field) if isinstance(text, Ruled) else None


def _first(messages: Any, field: str = "") -> tuple[str, str]:
    """Return the first of marshmallow's messages, with the innermost field that it is about."""
    if isinstance(messages, Mapping):
        for name, found in messages.items():
            return _first(found, name if isinstance(name, str) and name != "_schema" else field)
    if isinstance(messages, list) and messages:
        return _first(messages[0], field)
    return field, messages if isinstance(messages, str) else str(messages)
