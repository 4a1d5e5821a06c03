"""How each error ends a command: its exit code, and the error code in JSON output."""

from typing import NamedTuple

import click
import orjson

from app.domain import errors
from app.settings import ConfigError

REFUSED, USAGE, UNUSABLE, NOT_FOUND, CONFLICT, INVALID, UNAVAILABLE = range(1, 8)
"""Exit codes. 0 is success; click itself also exits with 2 when a command is used wrongly."""


class Kind(NamedTuple):
    """An exit code for shells, and an error code for programs that read JSON."""

    exit_code: int
    code: str


OTHER = Kind(REFUSED, "refused")
DATABASE = Kind(UNUSABLE, "database")
TAKEN: dict[type[BaseException], str] = {
    errors.UserIdTaken: "id",
    errors.UsernameTaken: "username",
    errors.UsernameIsEmail: "username",
    errors.EmailTaken: "email",
    errors.EmailIsUsername: "email",
    errors.AlreadyInvited: "username",
    errors.TeamIdTaken: "id",
    errors.WebsiteIdTaken: "id",
    errors.ExternalIdTaken: "external_id",
    errors.AlreadyMember: "user",
}
"""Errors about something that exists already, and the field that identifies it."""
KINDS: dict[type[BaseException], Kind] = {
    click.Abort: Kind(REFUSED, "aborted"),
    click.UsageError: Kind(USAGE, "usage"),
    ConfigError: Kind(UNUSABLE, ConfigError.code),
    OSError: Kind(UNUSABLE, "file"),
    UnicodeDecodeError: Kind(INVALID, "invalid"),
    errors.Invalid: Kind(INVALID, "invalid"),
    errors.Conflict: Kind(CONFLICT, "conflict"),
    errors.AmbiguousName: Kind(CONFLICT, "ambiguous"),
    **dict.fromkeys(TAKEN, Kind(CONFLICT, "already-exists")),
    errors.MailNotConfigured: Kind(UNUSABLE, "not-configured"),
    errors.MailNotSent: Kind(REFUSED, "mail-not-sent"),
    errors.SourceUnusable: Kind(UNUSABLE, "source"),
    errors.WebhookNotDelivered: Kind(REFUSED, "webhook-not-delivered"),
    errors.ChainBroken: Kind(REFUSED, "audit-broken"),
    errors.NotFound: Kind(NOT_FOUND, "not-found"),
    errors.Throttled: Kind(UNAVAILABLE, "throttled"),
    errors.Unavailable: Kind(UNAVAILABLE, "unavailable"),
    errors.DatabaseUnavailable: DATABASE,
}
"""By class. A subclass without an entry of its own has that of its closest base class."""
OF_OTHER_SERVERS = NO_API_KEY, UNAUTHENTICATED, NOT_FRONTDESK, TOO_OLD, UNREACHABLE, TIMED_OUT = (
    Kind(REFUSED, "no-api-key"),
    Kind(REFUSED, "unauthenticated"),
    Kind(UNUSABLE, "bad-server"),
    Kind(UNUSABLE, "server-too-old"),
    Kind(UNAVAILABLE, "unreachable"),
    Kind(UNAVAILABLE, "timed-out"),
)
"""Of commands that work on another server."""


class Failure(click.ClickException):
    """An error that ends the command with a message, an exit code and an error code."""

    def __init__(self, message: str, kind: Kind, *, field: str | None = None) -> None:
        super().__init__(message)
        self.kind, self.field = kind, field
        self.exit_code = kind.exit_code  # type: ignore[misc]  # click reads it from the exception

    @classmethod
    def of(cls, error: BaseException, message: str) -> "Failure":
        """Return the failure for an exception, with the kind of its closest base class in ``KINDS``."""
        classes = type(error).__mro__
        kind = next((KINDS[found] for found in classes if found in KINDS), OTHER)
        if isinstance(error, ConfigError):
            kind = kind._replace(code=error.code)
        field = getattr(error, "field", None) or next((TAKEN[found] for found in classes if found in TAKEN), None)
        return cls(message, kind, field=field)

    @classmethod
    def of_usage(cls, error: click.ClickException) -> "Failure":
        """Return the failure for an error of click's about wrong usage."""
        parameter = getattr(error, "param", None)
        return cls(error.format_message(), KINDS[click.UsageError], field=parameter.name if parameter else None)

    def as_json(self) -> str:
        """Return the error as one line of JSON, for programs."""
        # An argument may not be valid UTF-8; such bytes are shown escaped.
        message = self.message.encode("utf-8", "backslashreplace").decode()
        return orjson.dumps({"error": {"code": self.kind.code, "message": message, "field": self.field}}).decode()
