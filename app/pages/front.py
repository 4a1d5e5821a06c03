"""The front page: what this server is, whether it works, and where to go."""

from flask import Response

from app.http.health import fault
from app.pages.pages import page


def front() -> Response:
    """Return the page; the status is 503 while the database cannot be used. Anyone can see it, so it has no version."""
    found = fault()
    response = page("front", 200 if found is None else 503, fault=found and found.message)
    response.vary.add("Accept")
    return response
