"""Expected bodies of error responses."""

from typing import Any

from tests.umami.reasons import with_reason

NOWHERE = "00000000-0000-4000-8000-000000000000"
"""An id that does not exist."""


def refusal(status: int, message: str, code: str, **extra: Any) -> dict[str, Any]:
    return {"error": {"message": message, "code": code, "status": status, **with_reason(message, status, extra)}}


def bad_request(message: str) -> dict[str, Any]:
    """Return the error of a request that breaks a rule."""
    return refusal(400, message, "bad-request")


def bad_fields(**fields: str) -> dict[str, Any]:
    """Return the error of a request with wrong fields, given with their texts."""
    tree = {name: {"errors": [text]} for name, text in fields.items()}
    return refusal(400, "Bad request", "bad-request", errors=[], properties=tree)


def unauthorized(message: str = "Unauthorized") -> dict[str, Any]:
    return refusal(401, message, "unauthorized")


def not_found(message: str = "Not found") -> dict[str, Any]:
    return refusal(404, message, "not-found")


OK = {"ok": True}
UNAUTHORIZED = unauthorized()
NOT_FOUND = not_found()
TEAM_NOT_FOUND = not_found("Team not found.")
NOT_IN_CHARGE = unauthorized("You must be the owner/manager of this team.")
BROKEN_JSON = refusal(400, "Bad request", "bad-request", errors=["Invalid input: expected object, received undefined"])
EMPTY_PAGE = {"data": [], "count": 0, "page": 1, "pageSize": 20}
