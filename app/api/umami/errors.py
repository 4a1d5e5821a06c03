"""Errors in Umami's envelope: status and code by class."""

from http import HTTPStatus
from typing import Any

import orjson
from flask import Response
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException

from app.api.umami import problems, texts
from app.api.umami.error_texts import text_of
from app.api.umami.schemas.base import iso_date
from app.domain import errors
from app.domain.text import camel_case
from app.http.errors import DETAILS, Plain, headers_for, log_failure
from app.http.request import request_id

JSON_TYPE = "application/json"
FACTOR = "two-factor-error-"
NOT_DONE = 424
"""The status of operations that were not done, or undone, because of another one (RFC 4918, section 11.4)."""
GENERIC = frozenset({"bad-request", "unauthorized"})
"""Codes that Umami has for many errors. With these, ``reason`` tells programs which one it is."""
UNTRANSLATED: str | None = None
"""No code, but always a reason: Umami's dashboard has no text for a new code; without one it shows the message."""
STATUSES: dict[type[errors.DomainError], tuple[int, str | None]] = {
    errors.DomainError: (400, "bad-request"),
    errors.Unauthenticated: (401, "unauthorized"),
    errors.WrongCredentials: (401, "incorrect-username-password"),
    errors.Denied: (401, "unauthorized"),  # not 403: Umami's dashboard expects 401
    errors.NotFound: (404, "not-found"),
    errors.PreconditionFailed: (412, "precondition-failed"),
    errors.KeyReused: (422, "bad-request"),
    errors.StillRunning: (409, "bad-request"),
    errors.AnswerUnreadable: (422, "bad-request"),
    errors.UnknownAccessCode: (404, "team-not-found"),
    errors.MissingPartialToken: (401, f"{FACTOR}missing-token"),
    errors.BadPartialToken: (401, f"{FACTOR}invalid-partial-token"),
    errors.PasswordChangeNeeded: (403, UNTRANSLATED),
    errors.ConfirmationNeeded: (403, UNTRANSLATED),
    errors.SecondFactorNeeded: (403, "forbidden"),
    errors.SecondFactorRequired: (403, f"{FACTOR}disable-not-allowed"),
    errors.WrongCode: (400, f"{FACTOR}invalid-code"),
    errors.WrongBackupCode: (400, f"{FACTOR}invalid-backup-code"),
    errors.CodeUsed: (400, f"{FACTOR}code-used"),
    errors.WrongFactorPassword: (400, f"{FACTOR}incorrect-password"),
    errors.SecondFactorEnabled: (400, f"{FACTOR}already-enabled"),
    errors.SecondFactorNotEnabled: (400, f"{FACTOR}not-enabled"),
    errors.NoPendingSetup: (400, f"{FACTOR}no-pending-setup"),
    errors.SecretUnreadable: (503, f"{FACTOR}not-configured"),
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
    431: ("Request header fields too large", "bad-request"),
    500: ("Server error", "server-error"),
    503: (DETAILS[503], "server-error"),
}


def present(error: Exception) -> Response:
    """
    Return the response for an exception: in Umami's envelope, or as problem details where the request wants these.

    Internal errors are logged; the response has only their request id.
    """
    if isinstance(error, errors.OperationFailed):
        return _all_refused(error)
    if not isinstance(error, ValidationError):
        log_failure(error)
    return problems.present(error, _status(error)) if problems.are_wanted() else _enveloped(error)


def _enveloped(error: Exception) -> Response:
    if isinstance(error, ValidationError):
        messages = error.messages
        return bad_fields(messages if isinstance(messages, dict) else {"_schema": messages})
    if isinstance(error, errors.DomainError):
        return _refused(error)
    if isinstance(error, HTTPException):
        return _failed_http(error)
    message, code = HTTP_TEXTS[500]
    return envelope(500, message, code, requestId=request_id())


def refused_operation(index: int, error: Exception, *, call: str = "") -> bytes:
    """
    Return the result of an operation that failed in a bulk call, with the error that its endpoint would return.

    :param call: the method and route of its endpoint
    """
    if not isinstance(error, ValidationError):
        log_failure(error, call=call)
    response = _enveloped(error)
    body = orjson.loads(response.get_data())
    return orjson.dumps({"index": index, "status": response.status_code, **body})


def _all_refused(failed: errors.OperationFailed) -> Response:
    """Return the response to an atomic call: why it failed, and a result for each of its operations."""
    not_done = {"message": f"Not done, because the operation with index {failed.index} failed.", "code": "bad-request"}
    others = {"error": {**not_done, "status": NOT_DONE, "reason": "not-done"}}
    own = orjson.Fragment(refused_operation(failed.index, failed.error, call=failed.call))
    results = [
        own if index == failed.index else {"index": index, "status": NOT_DONE, **others}
        for index in range(failed.count)
    ]
    error = {"message": text_of(failed), "code": "bad-request", "status": 400, **_reason(failed)}
    body = {"error": {**error, "index": failed.index}, "results": results}
    return Response(orjson.dumps(body), status=400, mimetype=JSON_TYPE)


def _status(error: Exception) -> int:
    if isinstance(error, ValidationError):
        return 400
    if isinstance(error, errors.DomainError):
        return errors.entry_for(STATUSES, error)[0]
    return (error.code or 500) if isinstance(error, HTTPException) else 500


def plain(status: int, _query_string: str, request_id: str) -> Plain:
    """Return the envelope for a request that failed before it reached Flask."""
    message, code = _http_text(status, HTTPStatus(status).phrase)
    return JSON_TYPE, _body(status, message, code, **({"requestId": request_id} if status >= 500 else {}))


def envelope(status: int, message: str, code: str | None, **extra: Any) -> Response:
    """Return an error response: ``{"error": {message, code, status, …}}``, without a code if it is None."""
    return Response(_body(status, message, code, **extra), status=status, mimetype=JSON_TYPE)


def _body(status: int, message: str, code: str | None, **extra: Any) -> bytes:
    coded = {} if code is None else {"code": code}
    return orjson.dumps({"error": {"message": message, **coded, "status": status, **extra}})


def bad_fields(messages: dict[str, Any], **extra: Any) -> Response:
    """Return the envelope for marshmallow's messages by field."""
    return envelope(400, "Bad request", "bad-request", **texts.tree(messages), **extra)


def _refused(error: errors.DomainError) -> Response:
    if isinstance(error, errors.InvalidField):
        return bad_fields({camel_case(error.field): [text_of(error)]}, **_reason(error))
    if isinstance(error, errors.FactorLocked):
        return _locked(error)
    status, code = errors.entry_for(STATUSES, error)
    extra: dict[str, Any] = {"requestId": request_id()} if isinstance(error, errors.DatabaseUnavailable) else {}
    if isinstance(error, errors.WrongCode) and error.locked_until is not None:
        extra["lockedUntil"] = iso_date(error.locked_until)
    if code is UNTRANSLATED or code in GENERIC:
        extra |= _reason(error)
    response = envelope(status, text_of(error), code, **extra)
    response.headers.update(headers_for(error))
    return response


def _reason(error: errors.DomainError) -> dict[str, str]:
    return {} if error.reason_code is None else {"reason": error.reason_code}


def _locked(error: errors.FactorLocked) -> Response:
    """Return Umami's error response for a locked second factor, the only one without ``status`` in its body."""
    said = {
        "code": f"{FACTOR}too-many-attempts",
        "message": text_of(error),
        "lockedUntil": iso_date(error.locked_until),
    }
    response = Response(orjson.dumps({"error": said}), status=429, mimetype=JSON_TYPE)
    response.headers.update(headers_for(error))
    return response


def _failed_http(error: HTTPException) -> Response:
    """Return the envelope for errors of Flask: unknown paths, wrong methods, bodies that are too large."""
    status = error.code or 500
    message, code = _http_text(status, error.name)
    response = envelope(status, message, code)
    response.headers.update(headers_for(error))
    return response


def _http_text(status: int, name: str) -> tuple[str, str]:
    return HTTP_TEXTS.get(status, (name, "bad-request" if status < 500 else "server-error"))
