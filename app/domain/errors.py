"""The refusals: what services raise. Each wire draws them in its own way; none knows of HTTP."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from app.domain.roles import SiteRole

SHOWN_IN_MESSAGES, MOST_SHOWN_OF_NAME = 20, 40
"""Names in one message, and characters of each."""


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


class NoWebsites(Invalid):
    """A list of websites that names none."""

    default = "Name at least one website."


class UnexpectedWebsites(Invalid):
    """
    Websites that there are not, or names that no website can have; ``names`` says which, ``shown`` does so in a text
    that has an end.
    """

    def __init__(self, names: Iterable[str | int | UUID]) -> None:
        self.names = tuple(str(name) for name in names)
        shown = ", ".join(name[:MOST_SHOWN_OF_NAME] for name in self.names[:SHOWN_IN_MESSAGES])
        more = f" and {len(self.names) - SHOWN_IN_MESSAGES} more" if len(self.names) > SHOWN_IN_MESSAGES else ""
        self.shown = shown + more
        super().__init__(f"There is no such website: {self.shown}", field="websites")


class WebsiteDenied(Denied):
    """The actor has not the ``right`` that it takes on the website called ``name``; perhaps there is none."""

    def __init__(self, name: str | int | UUID, right: SiteRole) -> None:
        self.name, self.right = str(name)[:MOST_SHOWN_OF_NAME], right
        super().__init__(f"It takes the right to {right.value} on website {self.name}.")


class AdminNeeded(Denied):
    """It takes the role of an administrator."""

    default = "It takes an administrator."


class LoginNeeded(Denied):
    """It takes somebody: who is not logged in may not, whatever they may see."""

    default = "It takes a login."


class SomeRightNeeded(Denied):
    """It takes the ``right`` on one website at least."""

    def __init__(self, right: SiteRole) -> None:
        self.right = right
        super().__init__(f"It takes the right to {right.value} on one website at least.")


class OneselfNeeded(Denied):
    """It takes an administrator, or the user called ``username``."""

    def __init__(self, username: str) -> None:
        self.username = username
        super().__init__(f"It takes an administrator, or {username}.")


class UnknownUser(NotFound):
    """There is no account of that ``username`` (or e-mail address), and the actor may know."""

    def __init__(self, username: str) -> None:
        self.username = username
        super().__init__(f"There is no user {username}.")


class HiddenUser(Denied):
    """There is no account of that ``username``, or none that is the actor's business."""

    def __init__(self, username: str) -> None:
        self.username = username
        super().__init__(f"There is no user {username}.")


class BadPreferenceName(Invalid):
    """A name with an underscore, which no preference may have."""

    default = "The name of a preference has no underscore."


class UnknownPreference(Invalid):
    """``name`` is no preference that is kept."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"There is no preference {name}.", field="name")


class NobodyPrefers(UnknownUser):
    """There is no account of that ``username``, for which something could be kept."""


class HasEverything(Conflict):
    """The user is an administrator: there is nothing to ask website by website."""

    default = "Administrators have all rights on all websites."


class AlreadyAccepted(Conflict):
    """The invitation has been accepted: there is an account now."""

    default = "This invitation has been accepted already."


class UsernameTaken(Conflict):
    """Somebody, perhaps with a closed account, is called ``username``."""

    def __init__(self, username: str) -> None:
        super().__init__("User already exists")
        self.username = username


class UsernameIsEmail(Conflict):
    """``username`` is somebody else's e-mail address."""

    def __init__(self, username: str) -> None:
        super().__init__("This username is another user's e-mail address")
        self.username = username


class EmailTaken(Conflict):
    """``email`` is somebody else's address already."""

    def __init__(self, email: str) -> None:
        super().__init__("A user with this e-mail address already exists")
        self.email = email


class EmailIsUsername(Conflict):
    """``email`` is somebody else's username."""

    def __init__(self, email: str) -> None:
        super().__init__("This e-mail address is another user's username")
        self.email = email


class LastAdmin(Conflict):
    """The last administrator, ``username``, would go (W4); ``deleted``, or else demoted."""

    def __init__(self, username: str, *, deleted: bool) -> None:
        super().__init__(f"The last administrator cannot be {'deleted' if deleted else 'demoted'}.")
        self.username, self.deleted = username, deleted


class ReservedAccount(Conflict):
    """The account of those who are not logged in is nobody's to change."""

    default = "The account 'anonymous' stands for those who are not logged in; it cannot be changed."


class NotConfirmed(Conflict):
    """A change takes the actor's password, and none was given."""

    default = "Confirm this with your password."


class WrongPassword(Conflict):
    """A change takes the actor's password, and this is another."""

    default = "Current password is incorrect"


class NoFirstWebsite(Invalid):
    """A new account must see some website."""

    default = "Name a website that the new user may see."


class ResendDenied(Denied):
    """The invitation of ``username`` is the business of whoever invited them, and of administrators."""

    def __init__(self, username: str) -> None:
        super().__init__(f"Only who invited {username} may do this, and administrators.")
        self.username = username


class EmptyDescription(Invalid):
    """A token without a description."""

    default = "A description is needed."


class LongDescription(Invalid):
    """A description that is too long; ``length`` and ``most`` say by how much."""

    def __init__(self, length: int, most: int) -> None:
        self.length, self.most = length, most
        super().__init__(f"A description has at most {self.most} characters, not {length}.", field="description")


class AnonymousOnlyViews(Conflict):
    """Whoever is not logged in has no capabilities."""

    default = "The account 'anonymous' can have no capabilities."


class NoRoleThere(Conflict):
    """``username`` has no right on the website ``number``, which a capability could stand beside."""

    def __init__(self, username: str, number: int) -> None:
        super().__init__(f"{username} has no right on the website {number}; capabilities need at least view.")
        self.username, self.number = username, number


class NoName(Invalid):
    """A website without a name."""

    default = "A website needs a name."


class NoUrls(Invalid):
    """A list of addresses that is empty."""

    default = "Give at least one address."


class BadValue(Invalid):
    """A ``value`` that the setting called ``field`` does not take."""

    field: str

    def __init__(self, field: str, value: object) -> None:
        self.value = str(value)
        super().__init__(f"{self.value[:200]!r} is no {field.replace('_', ' ')}.", field=field)


class NotAdministered(Denied):
    """``website_id`` is the first of the websites that the actor does not administer, or that is not there."""

    def __init__(self, website_id: UUID) -> None:
        super().__init__()
        self.website_id = website_id


class UnknownWebsites(NotFound):
    """``website_ids`` are not there; only administrators learn it."""

    def __init__(self, website_ids: Sequence[UUID]) -> None:
        super().__init__(f"There is no website {', '.join(map(str, website_ids))}.")
        self.website_ids = website_ids


class UnknownRole(Invalid):
    """``role`` is none that a user can have on a website."""

    def __init__(self, role: str) -> None:
        super().__init__(f"Unknown role: {role}", field="role")
        self.role = role


class UnknownCapability(Invalid):
    """``capability`` is none that this installation knows."""

    def __init__(self, capability: str) -> None:
        super().__init__(f"Unknown capability: {capability}", field="capabilities")
        self.capability = capability


class HasAllAccess(Conflict):
    """The user, ``username``, is an administrator, who needs no grants."""

    def __init__(self, username: str) -> None:
        super().__init__(f"{username} is an administrator, with every right on every website already.")
        self.username = username


class NoRole(Conflict):
    """The user, ``username``, has no right on ``website_id`` that a capability could stand beside."""

    def __init__(self, username: str, website_id: UUID) -> None:
        super().__init__(f"{username} has no right on the website {website_id}; capabilities need at least view.")
        self.username, self.website_id = username, website_id


class OnlyViews(Conflict):
    """The account of those who are not logged in was to have more than view on websites."""

    def __init__(self) -> None:
        super().__init__("The account 'anonymous' can view websites, and nothing more.")


class AnonymousTaken(Conflict):
    """Somebody's account bears the name that the account of those who are not logged in must have."""

    def __init__(self) -> None:
        super().__init__("An account is called 'anonymous'; rename it first.")


class LastWebsite(Conflict):
    """The only website there is stays."""

    default = "The only website cannot be deleted. Add another one first."


class NothingToDelete(UnexpectedWebsites):
    """There is no such website."""


class LoginFormat(Invalid):
    """A username that such clients may not give."""

    default = "A username is 2 to 100 letters, digits, or any of _ - . @ +"


class PasswordTooShort(Invalid):
    """Fewer than ``least`` bytes."""

    def __init__(self, least: int) -> None:
        self.least = least
        super().__init__(f"A password has {least} bytes or more.", field="password")


class PasswordTooLong(Invalid):
    """More than ``most`` characters."""

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(f"A password has {most} characters at most.", field="password")


class PasswordTooBig(Invalid):
    """Few enough characters, but more bytes than are ever compared (W15)."""

    def __init__(self, most: int) -> None:
        super().__init__(f"A password has {most} bytes at most, in UTF-8.", field="password")


class PasswordTooWeak(Invalid):
    """One byte, over and over."""

    default = "This password is too weak."


class PasswordHashed(Invalid):
    """A hash where a password belongs: nobody could say whether it is a good one, nor of what it is made."""

    default = "Send the password itself; a hash of it is not accepted."


class InvalidEmail(Invalid):
    """``email`` is no address that an account may have."""

    def __init__(self, email: str, message: str, *, field: str) -> None:
        super().__init__(message, field=field)
        self.email = email
