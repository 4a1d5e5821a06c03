"""Refusals as Matomo's clients know them: one table from ours to a status and a text."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from app.api.matomo import error_texts, texts
from app.domain import errors
from app.http.request import request_id

log = structlog.get_logger()
RETRY_AFTER = "1"
"""Seconds after which a database that was busy may be asked again."""

REFUSALS: list[tuple[type[errors.DomainError], int, str | None]] = [
    (errors.WrongCredentials, 200, texts.WRONG_PASSWORD),
    (errors.Unauthenticated, 401, texts.LOGGED_IN),
    (errors.Denied, 401, texts.DENIED),
    (errors.Throttled, 429, texts.TOO_MANY_LOGINS),
    (errors.Unavailable, 503, None),
    (errors.DomainError, 200, None),  # rules: told in the body, as always
]
"""Kind, status, and the text that stands for a refusal without words of its own."""
BUSY = (OperationalError, InterfaceError, PoolTimeout)


class ApiError(Exception):
    """A refusal in Matomo's own words; rules answer 200 with an error in the body."""

    def __init__(self, text: str, status: int = 200, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(text)
        self.text, self.status, self.headers = text, status, dict(headers or {})


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is answered instead of a result."""

    text: str
    status: int
    headers: dict[str, str] = field(default_factory=dict)


def refusal(error: Exception) -> Refusal:
    """What the caller is told of anything that went wrong; faults of ours are logged in full."""
    if isinstance(error, ApiError):
        return Refusal(error.text, error.status, error.headers)
    if isinstance(error, errors.DomainError):
        return _refused(error)
    if isinstance(error, HTTPException):
        return Refusal(texts.HTTP.get(error.code or 500, error.name), error.code or 500)
    if isinstance(error, DataError):
        log.warning("the database refused a value", error=str(error.orig))
        return Refusal(texts.UNSTORABLE, 400)
    if isinstance(error, BUSY):
        log.error("the database is not available", error=str(getattr(error, "orig", error)).strip())
        return Refusal(texts.NO_DATABASE, 503, {"Retry-After": RETRY_AFTER})
    log.error("unhandled error", error=type(error).__name__, exc_info=error)
    return Refusal(texts.fault(request_id()), 500)


def _refused(error: errors.DomainError) -> Refusal:
    status, text = next((status, text) for kind, status, text in REFUSALS if isinstance(error, kind))
    own = error_texts.of(error)
    said = own or (error.message if text is None or error.message != type(error).default else text)
    if isinstance(error, errors.Throttled):
        return Refusal(texts.TOO_MANY_LOGINS, status, {"Retry-After": str(error.retry_after)})
    return Refusal(said, status, {"Retry-After": RETRY_AFTER} if status == 503 else {})
