"""Errors as Matomo's clients know them: a text and a status for every exception."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import g
from werkzeug.exceptions import HTTPException

from app.api.matomo import texts
from app.api.matomo.error_texts import STATUSES, text_of
from app.domain.errors import DomainError, entry_for
from app.http.errors import headers_for, log_failure
from app.http.request import request_id


class ApiError(Exception):
    """An error with Matomo's own text. The default status is 200, which Matomo uses for broken rules."""

    def __init__(self, text: str, status: int = 200, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(text)
        self.text, self.status, self.headers = text, status, dict(headers or {})


@dataclass(frozen=True, slots=True)
class ErrorReport:
    """An error as the response reports it."""

    text: str
    status: int
    headers: dict[str, str] = field(default_factory=dict)


def report_of(error: Exception) -> ErrorReport:
    """Return what the caller is told about an exception; failures of the server are logged in full."""
    if isinstance(error, ApiError):
        return ErrorReport(error.text, error.status, error.headers)
    log_failure(error, call=str(g.matomo.given.get("method", "")))
    if isinstance(error, DomainError):
        return ErrorReport(text_of(error), entry_for(STATUSES, error), headers_for(error))
    if isinstance(error, HTTPException):
        return ErrorReport(texts.HTTP.get(error.code or 500, error.name), error.code or 500, headers_for(error))
    return ErrorReport(texts.fault(request_id()), 500)
