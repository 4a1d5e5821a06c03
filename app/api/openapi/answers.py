"""Error responses in the document: in Umami's envelope, or as problem JSON outside the APIs."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from apispec import APISpec

from app.api.umami import texts
from app.api.umami.conditions import HEADER_MAX_LENGTH, IF_MATCH, IF_NONE_MATCH
from app.api.umami.error_texts import text_of
from app.api.umami.errors import HTTP_TEXTS
from app.api.umami.errors import STATUSES as KINDS
from app.api.umami.operation import IDEMPOTENCY_KEY, Access, Operation
from app.domain import errors
from app.http.errors import PROBLEM_TYPE

REFERENCE = "#/components/schemas/"
CODES = sorted({code for _, code in [*KINDS.values(), *HTTP_TEXTS.values()] if code is not None})
ERROR_TREE = {
    "description": "The errors in a part of the request.",
    "type": "object",
    "properties": {
        "errors": {"type": "array", "items": {"type": "string"}, "description": "Errors of the part as a whole."},
        "properties": {
            "type": "object",
            "additionalProperties": {"$ref": f"{REFERENCE}ErrorTree"},
            "description": "Errors by key; missing if there are none.",
        },
    },
    "required": ["errors"],
}
ERROR = {
    "description": "An error.",
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "properties": {
                "message": {"type": "string"},
                "code": {"type": "string", "enum": CODES},
                "status": {"type": "integer", "description": "The HTTP status."},
                **ERROR_TREE["properties"],  # type: ignore[dict-item]
                "reason": {
                    "type": "string",
                    "description": "Which error it is, if `code` is missing or stands for many: `name-taken` …",
                },
                "index": {"type": "integer", "description": "Which operation of an atomic bulk call failed."},
                "requestId": {"type": "string", "description": "The id of the request, for finding it in the log."},
                "lockedUntil": {
                    "type": "string",
                    "format": "date-time",
                    "description": "When codes for the second factor will be accepted again.",
                },
            },
            "required": ["message"],
        },
        "results": {
            "description": "What became of the operations of an atomic bulk call: `BulkResult` objects.",
            "type": "array",
            "items": {"type": "object"},
        },
    },
    "required": ["error"],
}
PROBLEM = {
    "description": "An error as RFC 9457 describes it.",
    "type": "object",
    "properties": {
        "type": {"type": "string", "description": "From `/api` the kind of error, otherwise `about:blank`."},
        "title": {"type": "string"},
        "status": {"type": "integer", "description": "The HTTP status."},
        "detail": {"type": "string"},
        "reason": {"type": "string", "description": "Which error it is, for programs."},
        "values": {"type": "object", "description": "What the error is about, by name; only from `/api`."},
        "requestId": {"type": "string", "description": "The id of the request, for finding it in the log."},
    },
    "required": ["type", "title", "status", "requestId"],
}
REQUEST_ID = {
    "description": "The id of the request: the client's `X-Request-Id` if it is valid, else a generated one.",
    "schema": {"type": "string"},
    "required": True,
}
RETRY_AFTER = {
    "description": "After how many seconds to try again.",
    "schema": {"type": "integer", "minimum": 1},
    "required": True,
}
ETAG = {
    "description": "The version of the resource, for `If-Match` and `If-None-Match`.",
    "schema": {"type": "string"},
    "required": True,
}
PRECONDITIONS = [
    {"in": "header", "name": name, "description": text, "schema": {"type": "string", "maxLength": HEADER_MAX_LENGTH}}
    for name, text in (
        (IF_MATCH, "Proceed only if the resource still has one of these versions, or `*`; else 412."),
        (IF_NONE_MATCH, "Proceed only if the resource has none of these versions; else GET returns 304."),
    )
]
"""The headers of conditional requests (RFC 9110, section 13.1)."""
IDEMPOTENCY = {
    "in": "header",
    "name": IDEMPOTENCY_KEY,
    "description": "Of your choice. Repeated within 24 hours with the same key, the request returns the first answer.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]*$"},
}
STATUSES = {
    400: ("BadRequest", "The request is not valid, or breaks a rule; `errors` and `properties` say where."),
    401: (
        "Unauthorized",
        "The request is not authenticated, the password is wrong, or the caller is not allowed to do this: Umami has "
        "one status for all of these.",
    ),
    403: (
        "SetupNeeded",
        "First the user must change the password (reason `must-change-password`), confirm it "
        "(`password-confirmation-required`), or set up a second factor; or a required one cannot be disabled.",
    ),
    404: ("NotFound", "It does not exist."),
    409: ("StillRunning", "The first request with this idempotency key has not been answered yet."),
    412: ("PreconditionFailed", "The resource has another version than the request wants."),
    413: ("BodyTooLarge", "The request body is too large."),
    422: ("KeyReused", "This idempotency key was sent before with another request, or another API key."),
    429: ("TooManyAttempts", "There were too many failed attempts."),
    431: ("HeaderTooLarge", "`If-Match` or `If-None-Match` is too long."),
    500: ("ServerError", "The server failed; its log has the details, under the request id."),
    503: ("Unavailable", "The server is busy, or its database is not available."),
}
EXAMPLES: dict[int, dict[str, Any]] = {
    400: {
        "message": "Bad request",
        "code": "bad-request",
        "errors": [],
        "properties": {"name": {"errors": [texts.wrong_type("string", "undefined")]}},
    },
    401: {"message": text_of(errors.Denied()), "code": "unauthorized"},
    403: {"message": text_of(errors.SecondFactorNeeded()), "code": "forbidden"},
    404: {"message": text_of(errors.NotFound()), "code": "not-found"},
    409: {"message": text_of(errors.StillRunning()), "code": "bad-request", "reason": "still-running"},
    412: {"message": text_of(errors.PreconditionFailed()), "code": "precondition-failed"},
    413: {"message": HTTP_TEXTS[413][0], "code": HTTP_TEXTS[413][1]},
    422: {"message": text_of(errors.KeyReused()), "code": "bad-request", "reason": "key-reused"},
    429: {"message": text_of(errors.Throttled(60)), "code": "unauthorized"},
    431: {"message": HTTP_TEXTS[431][0], "code": HTTP_TEXTS[431][1]},
    500: {"message": HTTP_TEXTS[500][0], "code": HTTP_TEXTS[500][1], "requestId": "5f0c2b1e9d7a"},
    503: {"message": text_of(errors.DatabaseUnavailable("")), "code": "server-error", "requestId": "5f0c2b1e9d7a"},
}
WITH_RETRY_AFTER = frozenset({409, 429, 503})
NO_HEADERS: Mapping[str, str] = {}


def describe(spec: APISpec) -> None:
    """Add what all operations share to the components."""
    spec.components.schema("ErrorTree", ERROR_TREE)
    spec.components.schema("Error", ERROR)
    spec.components.schema("Problem", PROBLEM)
    spec.components.header("RequestId", REQUEST_ID)
    spec.components.header("RetryAfter", RETRY_AFTER)
    spec.components.header("ETag", ETAG)
    for status, (name, text) in STATUSES.items():
        headers = {"Retry-After": "RetryAfter"} if status in WITH_RETRY_AFTER else NO_HEADERS
        spec.components.response(name, refused(status, text, headers))


def answered(
    text: str, schema: dict[str, Any], *, kind: str = "application/json", headers: Mapping[str, str] = NO_HEADERS
) -> dict[str, Any]:
    """Return a response, by default JSON, with the header of the request id."""
    return {
        "description": text,
        "headers": {"X-Request-Id": "RequestId", **headers},
        "content": {kind: {"schema": schema}},
    }


def refused(status: int, text: str, headers: Mapping[str, str] = NO_HEADERS) -> dict[str, Any]:
    """Return an error response in Umami's envelope."""
    made = answered(text, {"$ref": f"{REFERENCE}Error"}, headers=headers)
    message, code, *more = EXAMPLES[status].items()
    made["content"]["application/json"]["example"] = {"error": dict([message, code, ("status", status), *more])}
    return made


def problem(status: int, text: str, headers: Mapping[str, str] = NO_HEADERS) -> dict[str, Any]:
    """Return an error response as problem JSON."""
    made = answered(text, {"$ref": f"{REFERENCE}Problem"}, kind=PROBLEM_TYPE, headers=headers)
    example = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "requestId": "5f0c2b1e9d7a"}
    made["content"][PROBLEM_TYPE]["example"] = example
    return made


def refusals(statuses: set[int]) -> dict[str, str]:
    """Return references to the responses with these statuses."""
    return {str(status): STATUSES[status][0] for status in sorted(statuses)}


def statuses(operation: Operation, *, path: bool, deletes: bool) -> set[int]:
    """
    Return the possible statuses of an operation besides 200.

    :param path: whether its path has parameters
    :param deletes: whether it rejects unknown parameters in query and body
    """
    found = {500, 503, *operation.refuses}
    if operation.takes or operation.query or deletes:
        found.add(400)
    if operation.takes or deletes:
        found.add(413)
    if operation.access is not Access.PUBLIC:
        found.add(401)
    if operation.access is not Access.PUBLIC and not (operation.before_enrolling and operation.before_new_password):
        found.add(403)
    if path:
        found.add(404)
    if operation.tagged:
        found |= {412, 431}
    if operation.creates:
        found |= {409, 422}
    return found


def unchanged() -> dict[str, Any]:
    """Return the response to a client that has the current version."""
    return {
        "description": "The client has this version already.",
        "headers": {"X-Request-Id": "RequestId", "ETag": "ETag"},
    }
