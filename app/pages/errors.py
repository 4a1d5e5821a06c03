"""Error pages."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import Response
from werkzeug.exceptions import HTTPException

from app.domain import errors
from app.domain.errors import entry_for
from app.http.errors import DETAILS, Plain, headers_for, log_failure
from app.http.request import request_id
from app.pages.pages import page

HTML_TYPE = "text/html; charset=utf-8"
FAILED = "That did not work"
HTTP_TEXTS = {
    400: ("The form could not be read", "Go back and try again."),
    408: ("Please try again", "The form did not arrive in time."),
    413: ("The form is too large", "Go back and try again with a shorter password."),
    415: ("The form could not be read", "It must be sent as application/x-www-form-urlencoded, as browsers do."),
    503: ("Please try again", DETAILS[503]),
}
PLAIN = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · Frontdesk</title>
</head>
<body><main><h1>{title}</h1><p>{line}</p></main></body>
</html>
"""


def _plain(error: errors.DomainError) -> str:
    return error.message


def _too_short(error: errors.TooShort) -> str:
    return f"The {error.label} is too short. Use at least {errors.counted(error.minimum, error.unit)}."


def _too_long(error: errors.TooLong) -> str:
    if error.unit == "bytes":
        return (
            f"The {error.label} is too long. Use at most {error.maximum} characters; accented letters, emoji and "
            "other scripts count as more."
        )
    return f"The {error.label} is too long. Use at most {errors.counted(error.maximum, error.unit)}."


TEXTS: dict[type[errors.DomainError], Callable[[Any], str]] = {
    errors.DomainError: _plain,
    errors.TooShort: _too_short,
    errors.TooLong: _too_long,
}
"""Texts by class. A subclass without an entry of its own has that of its closest base class."""


def text_of(error: errors.DomainError) -> str:
    """Return the sentence for an error."""
    return entry_for(TEXTS, error)(error)


def present(error: Exception) -> Response:
    """Return the page for an exception. Internal errors are logged in full, and the page has only their request id."""
    log_failure(error)
    if isinstance(error, errors.DomainError):
        response = entry_for(PAGES, error)(error)
    elif isinstance(error, HTTPException):
        status = error.code or 500
        title, line = HTTP_TEXTS.get(status, (FAILED, error.name))
        response = page("message", status, title=title, lines=[line])
    else:
        lines = ["Something went wrong on the server.", f"If you ask for help, mention this request ID: {request_id()}"]
        response = page("message", 500, title=FAILED, lines=lines)
    response.headers.update(headers_for(error))
    return response


def plain(status: int, _query_string: str, _request_id: str) -> Plain:
    """Return the page for a request that failed before it reached Flask."""
    title, line = HTTP_TEXTS.get(status, (FAILED, HTTPStatus(status).phrase))
    return HTML_TYPE, PLAIN.format(title=title, line=line).encode()


def _refused(error: errors.DomainError) -> Response:
    return page("message", 409, title=FAILED, lines=[text_of(error)])


def _gone(_error: errors.NotFound) -> Response:
    """The link was used, revoked, replaced or never valid; the page does not say which."""
    return page("gone", 404)


def _expired(_error: errors.LinkExpired) -> Response:
    return page("expired", 410)


def _throttled(error: errors.Throttled) -> Response:
    minutes = -(-error.retry_after // 60)
    wait = "a minute" if minutes == 1 else f"{minutes} minutes"
    lines = ["Too many invalid links were opened from your network.", f"Try again in {wait}."]
    return page("message", 429, title="Please wait", lines=lines)


def _unavailable(_error: errors.Unavailable) -> Response:
    lines = ["The server is busy at the moment. Nothing was changed.", "Go back and try again in a moment."]
    return page("message", 503, title="Please try again", lines=lines)


PAGES: dict[type[errors.DomainError], Callable[[Any], Response]] = {
    errors.DomainError: _refused,
    errors.NotFound: _gone,
    errors.LinkExpired: _expired,
    errors.Throttled: _throttled,
    errors.Unavailable: _unavailable,
}
"""Page functions by class. A subclass without an entry of its own has that of its closest base class."""
