"""What went wrong, as pages."""

import structlog
from flask import Blueprint, Response
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from app.domain import errors
from app.http.request import request_id
from app.pages.pages import page

log = structlog.get_logger()
RETRY_AFTER = "1"
HTTP_TEXTS = {
    400: ("The form could not be read", "Go back, and try again."),
    413: ("That was too much", "Go back, and try again with a shorter password."),
    415: ("The form could not be read", "Send it as browsers do: as application/x-www-form-urlencoded."),
}


def init_blueprint(wire: Blueprint) -> None:
    """Draw every refusal and failure of the wire as a page."""
    wire.register_error_handler(errors.DomainError, refused)
    wire.register_error_handler(errors.NotFound, gone)
    wire.register_error_handler(errors.LinkExpired, expired)
    wire.register_error_handler(errors.Throttled, throttled)
    wire.register_error_handler(errors.Unavailable, unavailable)
    wire.register_error_handler(HTTPException, failed_http)
    for busy in (OperationalError, InterfaceError, PoolTimeout):
        wire.register_error_handler(busy, database_away)
    wire.register_error_handler(Exception, failed)


def refused(error: errors.DomainError) -> Response:
    """A rule is against it; the service says which."""
    return page("message", 409, title="That did not work", lines=[error.message])


def gone(_error: errors.NotFound) -> Response:
    """Used, taken back, replaced, or never good: it does not say which."""
    return page("gone", 404)


def expired(_error: errors.LinkExpired) -> Response:
    return page("expired", 410)


def throttled(error: errors.Throttled) -> Response:
    minutes = -(-error.retry_after // 60)
    wait = "a minute" if minutes == 1 else f"{minutes} minutes"
    lines = ["Too many links that are not valid were opened from your network.", f"Try again in {wait}."]
    response = page("message", 429, title="Please wait", lines=lines)
    response.headers["Retry-After"] = str(error.retry_after)
    return response


def unavailable(_error: Exception) -> Response:
    """Busy, or without its database. Nothing was changed."""
    lines = ["The server is busy at the moment. Nothing was changed.", "Go back, and try again in a little while."]
    response = page("message", 503, title="Please try again", lines=lines)
    response.headers["Retry-After"] = RETRY_AFTER
    return response


def database_away(error: Exception) -> Response:
    log.error("the database is not available", error=str(getattr(error, "orig", error)).strip())
    return unavailable(error)


def failed_http(error: HTTPException) -> Response:
    """What Werkzeug or the form's reader refused."""
    status = error.code or 500
    title, line = HTTP_TEXTS.get(status, ("That did not work", error.name))
    return page("message", status, title=title, lines=[line])


def failed(error: Exception) -> Response:
    """A fault of ours: logged in full, told by its request id alone."""
    log.error("unhandled error", error=type(error).__name__, exc_info=error)
    lines = ["Something went wrong on the server.", f"If you ask for help, tell this number: {request_id()}"]
    return page("message", 500, title="That did not work", lines=lines)
