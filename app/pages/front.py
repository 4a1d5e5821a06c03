"""The front page: what this server is, whether it works, and where to go."""

from flask import Response

from app.http.health import fault
from app.pages.pages import page


def front() -> Response:
    """Return the page, with status 503 while the database cannot be used. It names no version: strangers see it."""
    found = fault()
    response = page("front", 200 if found is None else 503, fault=found and found.message)
    response.vary.add("Accept")
    return response
