"""Every answer that says no: in Umami's envelope, or as problem JSON where no API is asked."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from apispec import APISpec

from app.api.umami import texts
from app.api.umami.error_texts import text_of
from app.api.umami.errors import HTTP_TEXTS
from app.api.umami.errors import STATUSES as KINDS
from app.api.umami.operation import Access, Operation
from app.domain import errors
from app.http.errors import PROBLEM_TYPE

REFERENCE = "#/components/schemas/"
CODES = sorted({code for _, code in [*KINDS.values(), *HTTP_TEXTS.values()]})
ERROR_TREE = {
    "description": "What is wrong with a part of the request.",
    "type": "object",
    "properties": {
        "errors": {"type": "array", "items": {"type": "string"}, "description": "Faults of the part as a whole."},
        "properties": {
            "type": "object",
            "additionalProperties": {"$ref": f"{REFERENCE}ErrorTree"},
            "description": "Faults by key; absent without any.",
        },
    },
    "required": ["errors"],
}
ERROR = {
    "description": "Why not.",
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "properties": {
                "message": {"type": "string"},
                "code": {"type": "string", "enum": CODES},
                "status": {"type": "integer", "description": "The status of the answer."},
                **ERROR_TREE["properties"],  # type: ignore[dict-item]
                "requestId": {"type": "string", "description": "What to look for in the server's log."},
                "lockedUntil": {
                    "type": "string",
                    "format": "date-time",
                    "description": "When codes of the second factor are accepted again.",
                },
            },
            "required": ["message", "code"],
        }
    },
    "required": ["error"],
}
PROBLEM = {
    "description": "Why not, as RFC 9457 has it.",
    "type": "object",
    "properties": {
        "type": {"type": "string", "const": "about:blank"},
        "title": {"type": "string"},
        "status": {"type": "integer", "description": "The status of the answer."},
        "detail": {"type": "string"},
        "requestId": {"type": "string", "description": "What to look for in the server's log."},
    },
    "required": ["type", "title", "status", "requestId"],
}
REQUEST_ID = {
    "description": "The request's id: the caller's own, if it sent a decent one.",
    "schema": {"type": "string"},
    "required": True,
}
RETRY_AFTER = {
    "description": "Seconds after which to try again.",
    "schema": {"type": "integer", "minimum": 1},
    "required": True,
}
STATUSES = {
    400: ("BadRequest", "The request is not valid, or a rule is against it; `errors` and `properties` say where."),
    401: (
        "Unauthorized",
        "Not logged in, wrong password, or missing permission: Umami has one status for all of them.",
    ),
    403: ("SecondFactorNeeded", "A second factor is required of the user, and must be set up first."),
    404: ("NotFound", "There is no such thing."),
    413: ("BodyTooLarge", "The request body is too large."),
    429: ("TooManyAttempts", "Too many wrong guesses lately."),
    500: ("ServerError", "A fault of the server's; its log knows it by the request id."),
    503: ("Unavailable", "The server is busy, or its database cannot be reached."),
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
    413: {"message": HTTP_TEXTS[413][0], "code": HTTP_TEXTS[413][1]},
    429: {"message": text_of(errors.Throttled(60)), "code": "unauthorized"},
    500: {"message": HTTP_TEXTS[500][0], "code": HTTP_TEXTS[500][1], "requestId": "5f0c2b1e9d7a"},
    503: {"message": text_of(errors.DatabaseUnavailable("")), "code": "server-error", "requestId": "5f0c2b1e9d7a"},
}
WITH_RETRY_AFTER = frozenset({429, 503})
NO_HEADERS: Mapping[str, str] = {}


def describe(spec: APISpec) -> None:
    """Put what all operations share among the components."""
    spec.components.schema("ErrorTree", ERROR_TREE)
    spec.components.schema("Error", ERROR)
    spec.components.schema("Problem", PROBLEM)
    spec.components.header("RequestId", REQUEST_ID)
    spec.components.header("RetryAfter", RETRY_AFTER)
    for status, (name, text) in STATUSES.items():
        headers = {"Retry-After": "RetryAfter"} if status in WITH_RETRY_AFTER else NO_HEADERS
        spec.components.response(name, refused(status, text, headers))


def answered(
    text: str, schema: dict[str, Any], *, kind: str = "application/json", headers: Mapping[str, str] = NO_HEADERS
) -> dict[str, Any]:
    """An answer, JSON as a rule; every one carries the request's id."""
    return {
        "description": text,
        "headers": {"X-Request-Id": "RequestId", **headers},
        "content": {kind: {"schema": schema}},
    }


def refused(status: int, text: str, headers: Mapping[str, str] = NO_HEADERS) -> dict[str, Any]:
    """A response in the error envelope."""
    made = answered(text, {"$ref": f"{REFERENCE}Error"}, headers=headers)
    message, code, *more = EXAMPLES[status].items()
    made["content"]["application/json"]["example"] = {"error": dict([message, code, ("status", status), *more])}
    return made


def problem(status: int, text: str, headers: Mapping[str, str] = NO_HEADERS) -> dict[str, Any]:
    """An answer of a path that belongs to no API."""
    made = answered(text, {"$ref": f"{REFERENCE}Problem"}, kind=PROBLEM_TYPE, headers=headers)
    example = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "requestId": "5f0c2b1e9d7a"}
    made["content"][PROBLEM_TYPE]["example"] = example
    return made


def refusals(statuses: set[int]) -> dict[str, str]:
    """References to the answers with these statuses."""
    return {str(status): STATUSES[status][0] for status in sorted(statuses)}


def statuses(operation: Operation, *, path: bool, deletes: bool) -> set[int]:
    """
    All that an operation may answer besides 200.

    :param path: whether its path has parameters
    :param deletes: whether it reads query and body, to find nothing there that it does not know
    """
    found = {500, 503, *operation.refuses}
    if operation.takes or operation.query or deletes:
        found.add(400)
    if operation.takes or deletes:
        found.add(413)
    if operation.access is not Access.PUBLIC:
        found.add(401)
    if operation.access is not Access.PUBLIC and not operation.before_enrolling:
        found.add(403)
    if path:
        found.add(404)
    return found
