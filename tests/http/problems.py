"""Errors of paths that belong to no API: problem JSON (RFC 9457)."""

from http import HTTPStatus
from typing import Any

TYPE = "application/problem+json"


def problem(response: Any, status: int, detail: str | None = None) -> dict[str, Any]:
    """Return the body that a response with this status must have."""
    body: dict[str, Any] = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    return {**body, **({"detail": detail} if detail else {}), "requestId": response.headers["X-Request-Id"]}


def is_problem(response: Any, status: int, detail: str | None = None) -> bool:
    """Return whether a response has this status and exactly this body."""
    found = (response.status_code, response.content_type, response.json)
    return found == (status, TYPE, problem(response, status, detail))
