"""The refusals: what services raise. Each wire draws them in its own way; none knows of HTTP."""

from collections.abc import Collection


class DomainError(Exception):
    """A refusal that the caller should read."""

    default = "Refused"

    def __init__(self, message: str | None = None) -> None:
        self.message = message or self.default
        super().__init__(self.message)


class Invalid(DomainError):
    """A value that breaks a rule; ``field`` names it in our words where one field is to blame."""

    default = "Bad request"

    def __init__(self, message: str | None = None, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class EmailDomainNotAllowed(Invalid):
    """An e-mail address of a domain that the settings do not list."""

    def __init__(self, email: str, domains: Collection[str], *, field: str | None = None) -> None:
        super().__init__(f"Only addresses of these domains are allowed: {', '.join(domains)}", field=field)
        self.email, self.domains = email, tuple(domains)


class Conflict(DomainError):
    """What is asked for contradicts what is there: taken names, last owners, last admins."""

    default = "Conflict"


class Unauthenticated(DomainError):
    """Nobody is known to be asking."""

    default = "Unauthorized"


class WrongCredentials(Unauthenticated):
    """A login whose name or password is wrong; it does not say which."""


class Denied(DomainError):
    """The actor may not do this, or may not know whether it exists."""

    default = "Unauthorized"


class NotFound(DomainError):
    """It does not exist, and the actor may know."""

    default = "Not found"


class LinkExpired(NotFound):
    """The link was good, and its time is over."""

    default = "This link has expired."


class UnknownAccessCode(NotFound):
    """No team has this access code."""

    default = "Team not found."


class Throttled(DomainError):
    """Too many failures; try again after ``retry_after`` seconds."""

    default = "Too many failed attempts. Please try again later."

    def __init__(self, retry_after: int) -> None:
        super().__init__()
        self.retry_after = retry_after


class Unavailable(DomainError):
    """The database cannot serve this now; the same call may succeed later."""

    default = "Service unavailable"
