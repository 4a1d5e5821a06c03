"""What each failure of a command is: one table of exit codes, and of the codes that programs read."""

from typing import NamedTuple

import click
import orjson
from alembic.util import CommandError

from app.db.migrations import ForeignTables
from app.domain import errors
from app.settings import ConfigError

REFUSED, USAGE, UNUSABLE, NOT_FOUND, CONFLICT, INVALID, UNAVAILABLE = range(1, 8)
"""Exit codes. 0 is success; 2 is also what click itself ends with when a command is used wrongly."""


class Kind(NamedTuple):
    """What kind of failure it is: for shells, and for programs that read JSON."""

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
    errors.WebsiteIdTaken: "id",
    errors.AlreadyMember: "user",
}
"""What is there already, and the value that names it."""
KINDS: dict[type[BaseException], Kind] = {
    click.Abort: Kind(REFUSED, "aborted"),
    click.UsageError: Kind(USAGE, "usage"),
    ForeignTables: Kind(UNUSABLE, "foreign-tables"),
    ConfigError: Kind(UNUSABLE, "bad-setting"),
    OSError: Kind(UNUSABLE, "file"),
    UnicodeDecodeError: Kind(INVALID, "invalid"),
    CommandError: Kind(INVALID, "invalid"),  # Alembic's: there is no such revision
    errors.Invalid: Kind(INVALID, "invalid"),
    errors.Conflict: Kind(CONFLICT, "conflict"),
    errors.AmbiguousName: Kind(CONFLICT, "ambiguous"),
    **dict.fromkeys(TAKEN, Kind(CONFLICT, "already-exists")),
    errors.MailNotConfigured: Kind(UNUSABLE, "not-configured"),
    errors.MailNotSent: Kind(REFUSED, "mail-not-sent"),
    errors.NotFound: Kind(NOT_FOUND, "not-found"),
    errors.Throttled: Kind(UNAVAILABLE, "throttled"),
    errors.Unavailable: Kind(UNAVAILABLE, "unavailable"),
    errors.DatabaseUnavailable: DATABASE,
}
"""By class; a subclass without a line of its own is of the kind of the class above it."""
FIELDS: dict[type[BaseException], str] = {**TAKEN, CommandError: "revision"}
"""Which value is to blame, where the error does not say so itself."""


class Failure(click.ClickException):
    """A command that failed: what is said, and what kind of failure it is."""

    def __init__(self, message: str, kind: Kind, *, field: str | None = None) -> None:
        super().__init__(message)
        self.kind, self.field = kind, field
        self.exit_code = kind.exit_code  # type: ignore[misc]  # click reads it of the exception

    @classmethod
    def of(cls, error: BaseException, message: str) -> "Failure":
        """What an error is to whoever ran the command."""
        classes = type(error).__mro__
        kind = next((KINDS[found] for found in classes if found in KINDS), OTHER)
        field = getattr(error, "field", None) or next((FIELDS[found] for found in classes if found in FIELDS), None)
        return cls(message, kind, field=field)

    @classmethod
    def of_usage(cls, error: click.ClickException) -> "Failure":
        """What click says when a command is used wrongly."""
        parameter = getattr(error, "param", None)
        return cls(error.format_message(), KINDS[click.UsageError], field=parameter.name if parameter else None)

    def as_json(self) -> str:
        """For programs, in one line."""
        # What was typed may be no text; it is shown escaped.
        message = self.message.encode("utf-8", "backslashreplace").decode()
        return orjson.dumps({"error": {"code": self.kind.code, "message": message, "field": self.field}}).decode()
