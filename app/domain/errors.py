"""
Everything that can be wrong with a request, as one tree: what services raise, with the data that an error text needs.
How an API says it is a table of that API. ``message`` is the plain sentence for operators, logs and new APIs.
"""

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Literal, TypeVar, dataclass_transform
from uuid import UUID

from app.domain.roles import SiteRole

SHOWN_IN_MESSAGES, MOST_SHOWN_OF_NAME, MOST_SHOWN_OF_VALUE = 20, 40, 200
"""Names in one message, characters of each, characters of a value."""

T = TypeVar("T")
Unit = Literal["characters", "bytes"]
Thing = Literal["user", "team", "website", "invitation", "mail"]


@dataclass_transform(eq_default=False)
class DomainError(Exception):
    """The root. Subclasses are dataclasses; ``sentence`` may name their fields."""

    sentence: ClassVar[str] = "This did not work."

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        dataclasses.dataclass(eq=False)(cls)

    @property
    def message(self) -> str:
        """The error in plain English."""
        return self.sentence.format_map(vars(self))

    def __str__(self) -> str:
        return self.message


# --- A value breaks a rule -------------------------------------------------------------------------------------------


class Invalid(DomainError):
    """A request breaks a rule."""

    sentence = "This request is not valid."


class NoNewOwner(Invalid):
    """A website is to be transferred, to no one."""

    sentence = "Name the user or the team that gets the website."


class Unstorable(Invalid):
    """The database does not take a value; ``reason`` is the driver's and belongs in the log."""

    reason: str = ""
    sentence = "A value cannot be stored."


class InvalidField(Invalid):
    """The value of ``field`` breaks a rule."""

    field: str

    sentence = "This value is not valid."

    @property
    def label(self) -> str:
        """The field's name in words."""
        return self.field.replace("_", " ")


class Missing(InvalidField):
    """A value that is needed is empty."""

    @property
    def message(self) -> str:
        return f"The {self.label} must not be empty."


class NoUsernameOrEmail(Missing):
    """An invitation names neither a username nor an e-mail address."""

    @property
    def message(self) -> str:
        return "A username or an e-mail address is needed"


class NoWebsites(Missing):
    """A list of websites is empty, or ``all`` stands for none."""

    @property
    def message(self) -> str:
        return "Name at least one website."


class NoFirstWebsite(Missing):
    """A new account must see a website, and none is named."""

    @property
    def message(self) -> str:
        return "Name a website that the new user may see."


class TooShort(InvalidField):
    """A text has fewer than ``minimum`` characters, or bytes in UTF-8."""

    minimum: int
    unit: Unit = "characters"

    @property
    def message(self) -> str:
        return f"The {self.label} must have at least {counted(self.minimum, self.unit)}."


class TooLong(InvalidField):
    """A text has more than ``maximum`` characters, or bytes in UTF-8; ``length`` is how many it has, where known."""

    maximum: int
    unit: Unit = "characters"
    length: int | None = None

    @property
    def message(self) -> str:
        return f"The {self.label} must have at most {counted(self.maximum, self.unit)}."


class TooMany(InvalidField):
    """A list has more than ``maximum`` items."""

    maximum: int

    @property
    def message(self) -> str:
        return f"There can be at most {self.maximum} {self.label}."


class Duplicates(InvalidField):
    """A list names the same thing twice."""

    sentence = "Names the same one twice"


class OutOfRange(InvalidField):
    """A number is not between ``minimum`` and ``maximum``."""

    minimum: float
    maximum: float
    unit: str

    sentence = "Must be {minimum:g} to {maximum:g} {unit}"


class ControlCharacters(InvalidField):
    """A text has control characters, line ends or halves of surrogate pairs."""

    @property
    def message(self) -> str:
        return f"The {self.label} must not contain control characters."


class NotUnicode(InvalidField):
    """A text was sent as bytes that are not UTF-8."""

    @property
    def message(self) -> str:
        return f"The {self.label} is not UTF-8."


class InvisibleCharacters(InvalidField):
    """A new name has characters that do not show: control, format, bidirectional or unassigned ones."""

    @property
    def message(self) -> str:
        return f"The {self.label} must not contain invisible or unassigned characters."


class MixedScripts(InvalidField):
    """A new username has letters of several scripts, and may look like another one."""

    @property
    def message(self) -> str:
        return f"The {self.label} must not mix letters of several scripts."


class BadValue(InvalidField):
    """``field`` does not take this ``value``."""

    value: object

    @property
    def message(self) -> str:
        return f"{str(self.value)[:MOST_SHOWN_OF_VALUE]!r} is not a valid {self.label}."


class LoginFormat(InvalidField):
    """A username that Matomo's clients may not give to an account."""

    minimum: int
    maximum: int

    sentence = "A username is {minimum} to {maximum} letters, digits, or any of _ - . @ +"


class InvalidEmail(InvalidField):
    """``email`` is not an address that an account may have; ``reason`` says why."""

    email: str
    reason: str

    sentence = "Invalid email address: {reason}"


class EmailTooLong(InvalidEmail):
    """``email`` has more than ``maximum`` characters."""

    maximum: int

    sentence = "Invalid email address: {reason}"


class EmailDomainNotAllowed(InvalidField):
    """``email`` has a domain that the settings do not list."""

    email: str
    domains: tuple[str, ...]

    @property
    def message(self) -> str:
        return f"Only addresses of these domains are allowed: {', '.join(self.domains)}"


class PasswordTooWeak(InvalidField):
    """The password is one byte, over and over."""

    sentence = "This password is too weak."


class PasswordHashed(InvalidField):
    """A hash was sent instead of a password: no rule could be applied to it."""

    sentence = "Send the password itself; a hash of it is not accepted."


class UnknownReference(InvalidField):
    """``field`` refers to a user, team or website that does not exist."""

    thing: Thing

    @property
    def message(self) -> str:
        return f"{self.thing.title()} not found"


class SameUser(InvalidField):
    """Something is to be handed over to the user who has it."""

    sentence = "Must be another user"


class UnknownRole(InvalidField):
    """``role`` does not exist there."""

    role: str

    sentence = "There is no such role"


class UnknownCapability(InvalidField):
    """This installation does not have the capability."""

    capability: str

    sentence = "Unknown capability: {capability}"


class CapabilitiesWithoutRole(InvalidField):
    """Capabilities are given where the role is taken away."""

    sentence = "Capabilities stand beside a role."


class GrantsForAdmin(InvalidField):
    """An invitation gives an administrator grants."""

    sentence = "An administrator has every right already"


class UnsupportedShare(InvalidField):
    """A share of another type than ``expected``: links, pixels and boards are not kept here."""

    expected: int

    sentence = "Only shares of websites are kept here: type {expected}."


class BadPreferenceName(InvalidField):
    """A preference's name with an underscore."""

    sentence = "The name of a preference has no underscore."


class UnknownPreference(InvalidField):
    """The preference does not exist."""

    name: str

    sentence = "There is no preference {name}."


# --- What is asked for contradicts what is stored --------------------------------------------------------------------


class Conflict(DomainError):
    """The request contradicts what is stored."""

    sentence = "This contradicts what is stored."


class DeletedMeanwhile(Conflict):
    """A row that is referred to was deleted by another request at the same time."""

    sentence = "Something that this refers to has been deleted meanwhile."


class AmbiguousName(Conflict):
    """Several things have the name; ``ids`` are theirs, or those of the first."""

    thing: Thing
    ids: tuple[UUID, ...]

    @property
    def message(self) -> str:
        shown = ", ".join(map(str, self.ids[:SHOWN_IN_MESSAGES])) + (", …" if len(self.ids) > SHOWN_IN_MESSAGES else "")
        return f"Several {self.thing}s are called that; name one by its id: {shown}"


class UserIdTaken(Conflict):
    """The id that a client chose belongs to another user."""

    sentence = "A user with this id already exists"


class WebsiteIdTaken(Conflict):
    """The id that a client chose belongs to another website."""

    sentence = "A website with this id already exists"


class UsernameTaken(Conflict):
    """An account, perhaps a closed one, has the username."""

    username: str

    sentence = "User already exists"


class UsernameIsEmail(Conflict):
    """The username is another user's e-mail address."""

    username: str

    sentence = "This username is another user's e-mail address"


class EmailTaken(Conflict):
    """The e-mail address is another user's."""

    email: str

    sentence = "A user with this e-mail address already exists"


class EmailIsUsername(Conflict):
    """The e-mail address is another user's username."""

    email: str

    sentence = "This e-mail address is another user's username"


class AlreadyInvited(Conflict):
    """An invitation of ``name`` waits to be accepted; raised for those who may send it again."""

    name: str
    invitation_id: UUID

    sentence = "{name} has been invited already. Send that invitation again instead."


class AnonymousTaken(Conflict):
    """A user has the name that the account of visitors without a session must have."""

    sentence = "An account is called 'anonymous'; rename it first."


class AccessCodeTaken(Conflict):
    """Another team has the access code."""

    sentence = "That access code is already taken."


class SlugTaken(Conflict):
    """Another share has the slug."""

    sentence = "That share ID is already taken."


class WrongCode(Conflict):
    """The code is not one of the user's authenticator app; after too many, ``locked_until`` says when to try again."""

    locked_until: datetime | None = None

    sentence = "This code is not valid."


class WrongBackupCode(WrongCode):
    """The code is not an unused backup code of the user."""

    sentence = "This backup code is not valid."


class WrongFactorPassword(Conflict):
    """The password that disabling a second factor needs is wrong."""

    sentence = "The password is wrong."


class CodeUsed(Conflict):
    """The code was right, and has been used before."""

    sentence = "This code has been used already. Wait for the next one."


class SecondFactorEnabled(Conflict):
    """The user has a second factor already."""

    sentence = "A second factor is enabled already."


class SecondFactorNotEnabled(Conflict):
    """The user has no second factor."""

    sentence = "No second factor is enabled."


class NoLongerEnabled(SecondFactorNotEnabled):
    """The second factor was disabled between password and code."""


class NoPendingSetup(Conflict):
    """No setup of a second factor waits for its first code."""

    sentence = "Start the setup of a second factor first."


class ResettingOwnFactor(Conflict):
    """Administrators cannot reset their own second factor."""

    sentence = "You cannot reset your own second factor. Disable it with your password and a code instead."


class LastAdmin(Conflict):
    """The last administrator, ``username``, would be deleted or demoted."""

    username: str
    deleted: bool

    @property
    def message(self) -> str:
        return f"The last administrator cannot be {'deleted' if self.deleted else 'demoted'}."


class DeletingYourself(Conflict):
    """Administrators do not delete their own account."""

    sentence = "You cannot delete yourself."


class ReservedAccount(Conflict):
    """The account 'anonymous' is not for change."""

    sentence = "The account 'anonymous' stands for those who are not logged in; it cannot be changed."


class OnlyViews(Conflict):
    """The account 'anonymous' was to get more than view on a website: a role, or ``capabilities``."""

    capabilities: bool = False

    sentence = "The account 'anonymous' can view websites, and nothing more."


class NotAccepted(Conflict):
    """The account waits for its invitation to be accepted; until then it has no password."""

    sentence = "This account has not accepted its invitation yet."


class AlreadyAccepted(Conflict):
    """The invitation has been accepted: there is an account now."""

    sentence = "This invitation has been accepted already."


class OwnsWebsites(Conflict):
    """An account that only an invitation holds open has been given websites."""

    sentence = "The account has been given websites already; an administrator can delete it."


class NotConfirmed(Conflict):
    """The change takes the actor's password, and none was sent."""

    sentence = "Confirm this with your password."


class WrongPassword(Conflict):
    """The change takes the actor's password, and this is another."""

    sentence = "Current password is incorrect"


class HasAllAccess(Conflict):
    """``username`` is an administrator, who needs no grants."""

    username: str

    sentence = "{username} is an administrator, with every right on every website already."


class HasEverything(HasAllAccess):
    """A report by website was asked for, of an administrator."""


class OwnGrant(Conflict):
    """The actor would give themselves access that they do not have by grant."""

    sentence = "You cannot give yourself access to a website."


class NoRole(Conflict):
    """``username`` has no role on the ``website`` (its id, or its number) that a capability could stand beside."""

    username: str
    website: UUID | int

    sentence = "{username} has no right on the website {website}; capabilities need at least view."


class LastWebsite(Conflict):
    """The only website is to be deleted."""

    sentence = "The only website cannot be deleted. Add another one first."


class AlreadyMember(Conflict):
    """The user is in the team."""

    sentence = "User is already a member of the Team."


class AlreadyJoined(AlreadyMember):
    """The actor, who wants to join the team, is in it."""

    sentence = "User is already a team member."


class NotMember(Conflict):
    """The user is not in the team."""

    sentence = "The user is not a member of this team."


class LastOwner(Conflict):
    """The last owner of a team would leave it, or else be demoted."""

    leaves: bool

    @property
    def message(self) -> str:
        return f"The last owner of a team cannot {'leave it' if self.leaves else 'be demoted'}."


class MailNotConfigured(Conflict):
    """There is no mail server in the settings."""

    sentence = "Mail is not configured: set FRONTDESK_MAIL_HOST, FRONTDESK_MAIL_FROM and FRONTDESK_PUBLIC_URL."


class MailNotSent(Conflict):
    """The mail server did not take a message; ``reason`` is its own."""

    reason: str

    sentence = "The mail was not sent: {reason}"


# --- Who asks, and what they may do ----------------------------------------------------------------------------------


class Unauthenticated(DomainError):
    """The request needs a user, and has none."""

    sentence = "You are not logged in."


class MissingPartialToken(Unauthenticated):
    """The token of a partial login is needed, and nothing was sent."""


class BadPartialToken(Unauthenticated):
    """The token belongs to no partial login, or to one that has ended."""

    sentence = "Log in again."


class WrongCredentials(Unauthenticated):
    """Username or password are wrong; it does not say which."""

    sentence = "Wrong username or password."


class Denied(DomainError):
    """The actor may not do this, or may not know whether it exists."""

    sentence = "You are not allowed to do this."


class SecondFactorNeeded(Denied):
    """The actor must set up a second factor before anything else."""

    sentence = "Set up a second factor first."


class CodeNeeded(Unauthenticated):
    """The password is right, and the account has a second factor: a code is needed as well."""

    sentence = "A code of your authenticator app is needed."


class SecondFactorRequired(Denied):
    """A second factor cannot be disabled while it is required."""

    sentence = "A second factor is required of you, so you cannot disable it."


class LoginNeeded(Denied):
    """The actor must be logged in, whatever may be seen without."""

    sentence = "You must be logged in."


class AdminNeeded(Denied):
    """The actor must be an administrator."""

    sentence = "You must be an administrator."


class SelfNeeded(Denied):
    """The actor must be an administrator, or the user called ``username``."""

    username: str

    sentence = "You must be an administrator, or {username}."


class SomeAccessNeeded(Denied):
    """The actor must have this access level on at least one website."""

    right: SiteRole

    sentence = "You need {right} access to at least one website."


class WebsiteMissing(Denied):
    """An access level on a website is needed, and what was given cannot be the name of one."""

    sentence = "Name a website."


class WebsiteDenied(Denied):
    """The actor does not have this access level on the website; perhaps it does not exist."""

    website: str | int | UUID
    right: SiteRole

    @property
    def name(self) -> str:
        """How the website was called, cut for a message."""
        return str(self.website)[:MOST_SHOWN_OF_NAME]

    @property
    def message(self) -> str:
        return f"You need {self.right} access to website {self.name}."


class NotTeamMember(Denied):
    """The actor must be in the team."""

    sentence = "You must be a member of this team."


class NotTeamManager(Denied):
    """The actor must own or manage the team."""

    sentence = "You must be an owner or a manager of this team."


class ResendDenied(Denied):
    """The invitation of ``username`` is not the actor's."""

    username: str

    sentence = "Only the user who invited {username}, or an administrator, can do this."


class HiddenUser(Denied):
    """There is no account called ``username``, or none that the actor may know of."""

    username: str

    sentence = "There is no user {username}."


# --- It is not there, and the actor may know -------------------------------------------------------------------------


class NotFound(DomainError):
    """It does not exist, and the actor may know."""

    sentence = "Not found"


class UnknownName(NotFound):
    """Nothing is called so."""

    thing: Thing

    sentence = "There is no such {thing}."


class UnknownUser(NotFound):
    """There is no account with that username or e-mail address."""

    username: str

    sentence = "There is no user {username}."


class UnknownPreferenceUser(UnknownUser):
    """There is no account for which a preference could be kept."""


class UnknownTeam(NotFound):
    """The team does not exist."""

    sentence = "There is no such team."


class UnknownAccessCode(UnknownTeam):
    """No team has this access code."""


class UnknownWebsites(NotFound):
    """These websites do not exist, or no website can be called so."""

    websites: tuple[str | int | UUID, ...]

    @property
    def shown(self) -> str:
        """Their names, in a text of bounded length."""
        shown = ", ".join(str(name)[:MOST_SHOWN_OF_NAME] for name in self.websites[:SHOWN_IN_MESSAGES])
        left = len(self.websites) - SHOWN_IN_MESSAGES
        return f"{shown} and {left} more" if left > 0 else shown

    @property
    def message(self) -> str:
        return f"There is no website {self.shown}."


class NoSuchWebsite(UnknownWebsites):
    """The website that is to be changed or deleted does not exist."""


class LinkGone(NotFound):
    """The link was used, taken back or replaced, or was never good."""

    sentence = "This link is no longer valid."


class LinkExpired(NotFound):
    """The link was good, and its time is over."""

    sentence = "This link has expired."


# --- Not now ---------------------------------------------------------------------------------------------------------


class Throttled(DomainError):
    """Too many failures; try again after ``retry_after`` seconds."""

    retry_after: int

    sentence = "Too many failed attempts. Please try again later."


class Unavailable(DomainError):
    """The server cannot do this now; the same request may succeed later."""

    retry_after: ClassVar[int] = 1
    """Seconds."""
    sentence = "The server is busy. Please try again."


class FactorLocked(Throttled):
    """Too many wrong codes; right ones are not accepted either until ``locked_until``."""

    locked_until: datetime

    sentence = "Too many wrong codes. Please try again later."


class SecretUnreadable(Unavailable):
    """The stored secret of a second factor was sealed with another key than the server has."""

    sentence = (
        "The second factor cannot be checked: FRONTDESK_SECRET_KEY has changed. Put the former key into "
        "FRONTDESK_PREVIOUS_SECRET_KEYS, or have an administrator reset the second factor."
    )


class TooManyLogins(Unavailable):
    """Too many requests wait to have a password hashed."""

    sentence = "Too many logins at once. Please try again."


class DatabaseUnavailable(Unavailable):
    """The database is away, locked, full, or out of connections; ``reason`` is the driver's and belongs in the log."""

    reason: str

    sentence = "The database cannot be reached"


class NotMigrated(DatabaseUnavailable):
    """The database lacks migrations of this release."""

    sentence = "The database needs migrating: frontdesk db upgrade"


def entry_for(table: Mapping[type[DomainError], T], error: DomainError) -> T:
    """The entry of an API's table for an error: that of its own class, or of the nearest one above."""
    return next(table[kind] for kind in type(error).__mro__ if kind in table)


def counted(number: int, unit: Unit) -> str:
    """``8 characters``, ``1 character``, ``72 bytes in UTF-8``."""
    shown = f"{number} {unit.removesuffix('s') if number == 1 else unit}"
    return f"{shown} in UTF-8" if unit == "bytes" else shown
