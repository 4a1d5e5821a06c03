"""
The errors that services raise, as one tree. Each carries the data that an error text needs.

Each API has its own table of error texts. ``message`` is the default: a plain sentence for operators and logs, and for
APIs that define no text of their own.
"""

import dataclasses
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Literal, TypeVar, dataclass_transform
from uuid import UUID

from app.domain.roles import SiteRole
from app.domain.scopes import Scope

WORD_END = re.compile(r"(?<=[a-z])(?=[A-Z])")
SHOWN_IN_MESSAGES, MOST_SHOWN_OF_NAME, MOST_SHOWN_OF_VALUE = 20, 40, 200
"""Limits for messages: the number of names, the characters of each name, the characters of a value."""

T = TypeVar("T")
Unit = Literal["characters", "bytes"]
Change = Literal["deleted", "demoted", "disabled"]
Thing = Literal["user", "team", "website", "invitation", "mail", "webhook"]


def kebab_case(name: str) -> str:
    """``UsernameTaken`` → ``username-taken``"""
    return WORD_END.sub("-", name).lower()


@dataclass_transform(eq_default=False)
class DomainError(Exception):
    """The base class. Subclasses become dataclasses; ``sentence`` is a format string that can use their fields."""

    sentence: ClassVar[str] = "The request failed."
    reason_code: ClassVar[str | None] = None
    """What went wrong, for programs: the name of the class in kebab-case, unless the class says otherwise. Only errors
    about what is stored have reasons; others are told by their status or field. Programs depend on these words."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "reason_code" not in vars(cls) and cls.reason_code is not None:
            cls.reason_code = kebab_case(cls.__name__)
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

    sentence = "The request is not valid."


class NoNewOwner(Invalid):
    """A transfer of a website names no new owner."""

    sentence = "Specify the user or team that should own the website."


class InvalidState(Invalid):
    """A state file cannot be used. Each of the ``problems`` is a sentence that begins with file, line and column."""

    problems: tuple[str, ...]

    @property
    def message(self) -> str:
        return f"The state file cannot be used: {' '.join(self.problems)}"


class SecretMissing(Invalid):
    """The environment variable or the file that a state file takes a secret from is missing or empty."""

    source: str
    sentence = "{source} is not set, or is empty."

    @classmethod
    def of(cls, source: Mapping[str, str]) -> "SecretMissing":
        """The error for ``{"env": NAME}`` or ``{"file": PATH}``."""
        named = "env" in source
        return cls(f"The environment variable {source['env']}" if named else f"The secret in the file {source['file']}")


class KeysNotManaged(Invalid):
    """A state file that would make or end API keys was sent by HTTP."""

    sentence = "API keys are made and ended only on the server. Run this there, or take the keys out of the file."


class Unstorable(Invalid):
    """The database rejects a value. ``reason`` is the driver's message; it belongs in the log, not in a response."""

    reason: str = ""
    sentence = "A value cannot be stored."


class OperationFailed(Invalid):
    """One of the ``count`` operations of an atomic call, ``call``, failed with ``error``: none took effect."""

    index: int
    count: int
    call: str
    error: Exception

    reason_code = "operation-failed"
    sentence = "The operation with index {index} failed, so nothing was done."


class TooManyPasswords(Invalid):
    """A call would hash more than ``maximum`` passwords."""

    maximum: int
    reason_code = "too-many-passwords"

    sentence = "A call can set or compare at most {maximum} passwords. Send bcrypt hashes instead."


class AnswersTooLong(Invalid):
    """The answers to the operations of a call have more than ``maximum`` bytes."""

    maximum: int
    reason_code = "answers-too-long"

    sentence = "The answer would have more than {maximum} bytes, so nothing was done. Send fewer operations at once."


class TookTooLong(Invalid):
    """The operations of a call took more than so many ``seconds``."""

    seconds: float
    reason_code = "took-too-long"

    sentence = "This took more than {seconds:g} seconds, so nothing was done. Send fewer operations at once."


class InvalidField(Invalid):
    """The value of ``field`` breaks a rule."""

    field: str

    sentence = "This value is not valid."

    @property
    def label(self) -> str:
        """The field's name with spaces instead of underscores."""
        return self.field.replace("_", " ")


class Missing(InvalidField):
    """A required value is not given, or empty."""

    @property
    def message(self) -> str:
        return f"The {self.label} is required."


class NoUsernameOrEmail(Missing):
    """An invitation names neither a username nor an e-mail address."""

    @property
    def message(self) -> str:
        return "Enter a username or an e-mail address."


class NoWebsites(Missing):
    """A list of websites is empty, or is ``all`` and there are none."""

    @property
    def message(self) -> str:
        return "Specify at least one website."


class NoFirstWebsite(Missing):
    """A new account must have access to a website, and none is given."""

    @property
    def message(self) -> str:
        return "Specify a website that the new user can view."


class TooShort(InvalidField):
    """A text has fewer than ``minimum`` characters, or UTF-8 bytes, as ``unit`` says."""

    minimum: int
    unit: Unit = "characters"

    @property
    def message(self) -> str:
        return f"The {self.label} must have at least {counted(self.minimum, self.unit)}."


class TooLong(InvalidField):
    """A text has more than ``maximum`` characters or UTF-8 bytes; ``length`` is how many it has, if known."""

    maximum: int
    unit: Unit = "characters"
    length: int | None = None

    @property
    def message(self) -> str:
        return f"The {self.label} must have at most {counted(self.maximum, self.unit)}."


class NotInFuture(InvalidField):
    """A time at which something is to end has already passed."""

    @property
    def message(self) -> str:
        return f"The {self.label} must be in the future."


class TooMany(InvalidField):
    """A list has more than ``maximum`` items."""

    maximum: int

    @property
    def message(self) -> str:
        return f"There can be at most {self.maximum} {self.label}."


class Duplicates(InvalidField):
    """A list contains the same item more than once."""

    sentence = "Contains the same item more than once"


class OutOfRange(InvalidField):
    """A number is not between ``minimum`` and ``maximum``."""

    minimum: float
    maximum: float
    unit: str

    sentence = "Must be between {minimum:g} and {maximum:g} {unit}"


class ControlCharacters(InvalidField):
    """A text contains control characters, line breaks or lone surrogates."""

    @property
    def message(self) -> str:
        return f"The {self.label} must not contain control characters."


class NotUnicode(InvalidField):
    """A text was sent as bytes that are not UTF-8."""

    @property
    def message(self) -> str:
        return f"The {self.label} is not UTF-8."


class InvisibleCharacters(InvalidField):
    """A new name contains invisible characters: control, format, bidirectional or unassigned ones."""

    @property
    def message(self) -> str:
        return f"The {self.label} must not contain invisible or unassigned characters."


class MixedScripts(InvalidField):
    """A new username mixes letters of several scripts, so it could look like another username."""

    @property
    def message(self) -> str:
        return f"The {self.label} must not mix letters of several scripts."


class BadValue(InvalidField):
    """``value`` is not valid for ``field``."""

    value: object

    @property
    def message(self) -> str:
        return f"{str(self.value)[:MOST_SHOWN_OF_VALUE]!r} is not a valid {self.label}."


class LoginFormat(InvalidField):
    """A username that breaks Matomo's rule for new accounts."""

    minimum: int
    maximum: int

    sentence = "A username must have {minimum} to {maximum} characters: letters, digits and _ - . @ + only."


class InvalidEmail(InvalidField):
    """``email`` is not a valid address for an account; ``reason`` is a sentence that says why."""

    email: str
    reason: str

    sentence = "Invalid email address: {reason}"


class WebhookAddress(InvalidField):
    """Webhooks are not sent to this address, for ``reason``."""

    reason: str
    sentence = "Webhooks cannot be sent to this address: {reason}"


class UnknownEventType(InvalidField):
    """There is no type or group of events with this name."""

    name: str
    sentence = "Unknown type of events: {name}"


class EmailTooLong(InvalidEmail):
    """``email`` has more than ``maximum`` characters."""

    maximum: int

    sentence = "Invalid email address: {reason}"


class EmailDomainNotAllowed(InvalidField):
    """``email`` is not in one of the ``domains`` that the settings allow."""

    email: str
    domains: tuple[str, ...]

    @property
    def message(self) -> str:
        return f"Only addresses in these domains are allowed: {', '.join(self.domains)}"


class PasswordTooWeak(InvalidField):
    """The password is a single byte repeated."""

    sentence = "This password is too weak."


class CommonPassword(InvalidField):
    """The password is one of those that attackers try first."""

    sentence = "This password is one of the most common ones, which attackers try first. Choose another."


class SamePassword(InvalidField):
    """The password must be changed, and the new one is the current one."""

    sentence = "The new password must differ from the current one."


class PasswordHashed(InvalidField):
    """A hash was sent instead of a password, so the password rules cannot be checked."""

    sentence = "Send the password itself, not a hash of it."


class NoHash(InvalidField):
    """The hash of a password is not a bcrypt hash, or its cost is not from ``minimum`` to ``maximum``."""

    minimum: int
    maximum: int

    sentence = "This is not a bcrypt hash with a cost of {minimum} to {maximum}."


class PasswordTwice(InvalidField):
    """Both a password and the hash of one are given."""

    sentence = "Send either the password or a hash of it."


class InvalidCursor(InvalidField):
    """The cursor is not one that this list, in this order, has returned."""

    sentence = "Invalid cursor"


class Fixed(InvalidField):
    """``field`` is set when the thing is created, and cannot be changed afterwards."""

    @property
    def message(self) -> str:
        return f"The {self.label} cannot be changed."


class UnknownReference(InvalidField):
    """``field`` refers to a user, team or website that does not exist."""

    reason_code = "unknown-reference"
    thing: Thing

    @property
    def message(self) -> str:
        return f"{self.thing.title()} not found"


class SameUser(InvalidField):
    """The new owner is the current owner."""

    sentence = "Must be a different user"


class UnknownRole(InvalidField):
    """``role`` does not exist where it is used."""

    role: str

    sentence = "There is no such role"


class UnknownColumn(InvalidField):
    """A file has no column ``field``; ``near`` is the most similar name, if there is one."""

    near: str = ""

    @property
    def message(self) -> str:
        hint = f" Did you mean {self.near!r}?" if self.near else ""
        return f"There is no column {self.field[:MOST_SHOWN_OF_NAME]!r}.{hint}"


class TooManyRows(Invalid):
    """An export by HTTP has more than ``maximum`` rows."""

    maximum: int
    sentence = "There are more than {maximum:,} rows. Export them on the server: frontdesk export"


class BadNumbers(Invalid):
    """Numbers of a made-up world do not go together; ``reason`` says why."""

    reason: str

    sentence = "{reason}"


class BadLine(Invalid):
    """A line of a file cannot be read; ``reason`` says why."""

    reason: str

    sentence = "{reason}"


class UnknownCapability(InvalidField):
    """This installation has no such capability."""

    capability: str

    sentence = "Unknown capability: {capability}"


class CapabilitiesWithoutRole(InvalidField):
    """Capabilities are given in the request that takes the role away."""

    sentence = "Capabilities can only be given together with a role."


class GrantsForAdmin(InvalidField):
    """An invitation as an administrator includes grants."""

    sentence = "Administrators already have full access to every website"


class UnsupportedShare(InvalidField):
    """A share whose type is not ``expected``: shares of links, pixels and boards are not supported."""

    expected: int

    sentence = "Only website shares (type {expected}) are supported."


class UnknownRevision(Invalid):
    """Alembic does not know a revision of the database, or cannot go there; ``reason`` says why."""

    field: ClassVar[str] = "revision"
    reason: str

    sentence = "{reason}"


class BadPreferenceName(InvalidField):
    """The name of a preference contains an underscore."""

    sentence = "The name of a preference must not contain underscores."


class UnknownPreference(InvalidField):
    """The preference does not exist."""

    name: str

    sentence = "There is no preference called {name}."


# --- The request conflicts with what is stored -----------------------------------------------------------------------


class Conflict(DomainError):
    """The request conflicts with what is stored."""

    reason_code = "conflict"
    sentence = "The request conflicts with existing data."


class DeletedMeanwhile(Conflict):
    """A concurrent request deleted a row that this one refers to."""

    sentence = "Something that this request refers to has just been deleted."


class StateChanged(Conflict):
    """The database was changed between a plan and its confirmation."""

    sentence = "The database was changed while the plan was shown. Run the command again to see the new plan."


class PreconditionFailed(Conflict):
    """The resource is not in the state in which the caller wants to change it."""

    sentence = (
        "It is not as the request expects: it exists already, or was changed or deleted since it was read. "
        "Read it again, and repeat the change if it still makes sense."
    )


class ClaimTaken(Conflict):
    """Another request has just claimed the same idempotency key."""


class KeyReused(Conflict):
    """The idempotency key was sent before with another request."""

    sentence = "This idempotency key was sent before with another request, or another API key."


class StillRunning(Conflict):
    """The first request with this idempotency key has not been answered yet."""

    retry_after: ClassVar[int] = 1
    """How long to wait, in seconds."""
    sentence = "The first request with this idempotency key is still running."


class AnswerUnreadable(Conflict):
    """The answer to the first request was encrypted with a key that the server no longer has."""

    sentence = (
        "The answer to the first request with this idempotency key cannot be read, because FRONTDESK_SECRET_KEY has "
        "changed."
    )


class AmbiguousName(Conflict):
    """Several things have the name; ``ids`` are theirs, or those of the first few."""

    thing: Thing
    ids: tuple[UUID, ...]

    @property
    def message(self) -> str:
        shown = ", ".join(map(str, self.ids[:SHOWN_IN_MESSAGES])) + (", …" if len(self.ids) > SHOWN_IN_MESSAGES else "")
        return f"More than one {self.thing} has that name. Use the id instead: {shown}"


class UserIdTaken(Conflict):
    """A client chose the id of an existing user for a new one."""

    reason_code = "id-taken"
    sentence = "A user with this id already exists"


class DeletedUserId(UserIdTaken):
    """A client chose the id of a deleted user, who can be restored, for a new one."""

    reason_code = "id-taken"
    sentence = "A deleted user has this id. Restore the user, or choose another id."


class TeamIdTaken(Conflict):
    """A client chose the id of an existing team for a new one."""

    reason_code = "id-taken"
    sentence = "A team with this id already exists"


class WebsiteIdTaken(Conflict):
    """A client chose the id of an existing website for a new one."""

    reason_code = "id-taken"
    sentence = "A website with this id already exists"


class UsernameTaken(Conflict):
    """An account has the username."""

    reason_code = "name-taken"
    username: str

    sentence = "User already exists"


class ExternalIdTaken(Conflict):
    """Another thing of the same kind has the external id."""

    thing: Thing

    sentence = "Another {thing} has this external id"


class UsernameIsEmail(Conflict):
    """The username is another user's e-mail address."""

    reason_code = "name-taken"
    username: str

    sentence = "This username is another user's e-mail address"


class EmailTaken(Conflict):
    """Another user has the e-mail address."""

    email: str

    sentence = "A user with this e-mail address already exists"


class EmailIsUsername(Conflict):
    """The e-mail address is another user's username."""

    reason_code = "email-taken"
    email: str

    sentence = "This e-mail address is another user's username"


class AlreadyInvited(Conflict):
    """There is an open invitation for ``name``. Raised only for actors who can send it again."""

    name: str
    invitation_id: UUID

    sentence = "{name} has already been invited. Send that invitation again instead."


class AnonymousTaken(Conflict):
    """A user has the name that is needed for the account of visitors who are not logged in."""

    sentence = "There is a user account called 'anonymous'. Rename it first."


class AccessCodeTaken(Conflict):
    """Another team has the access code."""

    sentence = "That access code is already taken."


class SlugTaken(Conflict):
    """Another share has the slug."""

    sentence = "That share ID is already taken."


class WrongCode(Conflict):
    """The code does not match the user's authenticator app. After too many, ``locked_until`` says when to try again."""

    locked_until: datetime | None = None

    sentence = "This code is not valid."


class WrongBackupCode(WrongCode):
    """The code is not one of the user's unused backup codes."""

    sentence = "This backup code is not valid."


class WrongFactorPassword(Conflict):
    """The password given to disable a second factor is wrong."""

    sentence = "The password is wrong."


class CodeUsed(Conflict):
    """The code is right but has been used before."""

    sentence = "This code has already been used. Wait for the next one."


class SecondFactorEnabled(Conflict):
    """The user already has a second factor."""

    sentence = "A second factor is already enabled."


class SecondFactorNotEnabled(Conflict):
    """The user has no second factor."""

    sentence = "No second factor is enabled."


class NoLongerEnabled(SecondFactorNotEnabled):
    """The second factor was disabled after the password was checked and before the code was."""


class NoPendingSetup(Conflict):
    """The setup of a second factor has not been started, so there is nothing to confirm."""

    sentence = "Start the setup of a second factor first."


class ResettingOwnFactor(Conflict):
    """Administrators cannot reset their own second factor."""

    sentence = "You cannot reset your own second factor. Disable it with your password and a code instead."


class LastAdmin(Conflict):
    """The change would delete, demote or disable ``username``, the last active administrator."""

    username: str
    change: Change

    @property
    def message(self) -> str:
        return f"The last administrator cannot be {self.change}."


class DeletingYourself(Conflict):
    """Administrators cannot delete their own account."""

    sentence = "You cannot delete yourself."


class Disabled(Conflict):
    """An administrator has disabled the account."""

    sentence = "This account is disabled. Enable it first."


class ReservedAccount(Conflict):
    """The account 'anonymous' cannot be changed."""

    sentence = "The account 'anonymous' represents visitors who are not logged in; it cannot be changed."


class OnlyViews(Conflict):
    """The account 'anonymous' would get more than view access: a higher role, or ``capabilities``."""

    capabilities: bool = False

    sentence = "The account 'anonymous' can only have view access."


class NotAccepted(Conflict):
    """The account has no password because its invitation has not been accepted yet."""

    sentence = "The invitation to this account has not been accepted yet."


class NoPassword(Conflict):
    """A service account never has a password."""

    sentence = "A service account has no password; it uses API keys."


class TooManyKeys(Conflict):
    """The user has ``maximum`` API keys already."""

    maximum: int
    sentence = "There can be at most {maximum} API keys. Delete one that is no longer used."


class TooManyWebhooks(Conflict):
    """There are ``maximum`` webhooks already."""

    maximum: int
    sentence = "There can be at most {maximum} webhooks. Delete one that is no longer used."


class AlreadyAccepted(Conflict):
    """The invitation has been accepted and the account is active."""

    sentence = "This invitation has already been accepted."


class OwnsWebsites(Conflict):
    """The invitation cannot be withdrawn with its account, since the account already owns websites."""

    sentence = "The account already owns websites. Ask an administrator to delete it."


class NotConfirmed(Conflict):
    """The change needs the actor's password, and none was sent."""

    sentence = "Confirm this with your password."


class WrongPassword(Conflict):
    """The change needs the actor's password, and the one sent is wrong."""

    sentence = "Current password is incorrect"


class HasAllAccess(Conflict):
    """``username`` is an administrator, who needs no grants."""

    username: str

    sentence = "{username} is an administrator and already has full access to every website."


class HasEverything(HasAllAccess):
    """A report of access by website was requested for an administrator."""


class OwnGrant(Conflict):
    """The actor would give themselves more access than their own grant."""

    sentence = "You cannot give yourself access to a website."


class NoRole(Conflict):
    """``username`` has no role on the ``website`` (its id or its number), so no capability can be added."""

    username: str
    website: UUID | int

    sentence = "{username} has no access to website {website}. Capabilities require at least view access."


class LastWebsite(Conflict):
    """The change would delete the only website."""

    sentence = "The only website cannot be deleted. Add another one first."


class AlreadyMember(Conflict):
    """The user is already in the team."""

    sentence = "User is already a member of the Team."


class AlreadyJoined(AlreadyMember):
    """The actor wants to join a team and is already in it."""

    sentence = "User is already a team member."


class NotMember(Conflict):
    """The user is not in the team."""

    sentence = "The user is not a member of this team."


class LastOwner(Conflict):
    """The last owner of a team would leave it (``leaves``) or be demoted."""

    leaves: bool

    @property
    def message(self) -> str:
        return f"The last owner of a team cannot {'leave it' if self.leaves else 'be demoted'}."


class MailNotConfigured(Conflict):
    """The settings name no mail server."""

    sentence = "Mail is not configured: set FRONTDESK_MAIL_HOST, FRONTDESK_MAIL_FROM and FRONTDESK_PUBLIC_URL."


class MailNotSent(Conflict):
    """The mail server did not accept a message; ``reason`` is what it said."""

    reason: str

    sentence = "The mail could not be sent: {reason}"


class SourceUnusable(Conflict):
    """An import cannot read its source, which is another program or its database; ``reason`` says why."""

    reason: str

    sentence = "The source of the import cannot be read: {reason}"


class WebhookNotDelivered(Conflict):
    """The receiver of a webhook did not accept a message; ``reason`` is what went wrong."""

    reason: str

    sentence = "The receiver did not accept the message: {reason}"


class RowTwice(Conflict):
    """A file has two rows about the same thing."""

    sentence = "An earlier row is about the same thing."


class ChainBroken(Conflict):
    """The audit log is not as it was written; ``number`` is the first row that shows it, and ``reason`` says how."""

    number: int
    reason: str

    sentence = "The audit log does not verify: row {number} {reason}."


# --- The actor is unknown, or lacks permission -----------------------------------------------------------------------


class Unauthenticated(DomainError):
    """The request needs a logged-in user, and there is none."""

    sentence = "You are not logged in."


class MissingPartialToken(Unauthenticated):
    """The token of a partial login is needed, and none was sent."""


class BadPartialToken(Unauthenticated):
    """The token does not belong to a partial login, or that login has expired."""

    sentence = "Log in again."


class WrongCredentials(Unauthenticated):
    """The username or the password is wrong; the error does not say which."""

    sentence = "Wrong username or password."


class Denied(DomainError):
    """The actor lacks the permission, or is not allowed to know whether the thing exists."""

    sentence = "You are not allowed to do this."


class SecondFactorNeeded(Denied):
    """The actor must set up a second factor before anything else."""

    sentence = "Set up a second factor first."


class MissingScope(Denied):
    """The API key does not have the scope ``scope``, which this needs."""

    reason_code = "missing-scope"
    scope: Scope
    sentence = "This API key lacks the scope {scope}."


class PasswordChangeNeeded(Denied):
    """The actor must change the password before anything else."""

    reason_code = "must-change-password"

    sentence = "Change your password first."


class ConfirmationNeeded(Denied):
    """The actor must have logged in, or confirmed the password, more recently."""

    reason_code = "password-confirmation-required"

    sentence = (
        "Confirm your password first: POST /api/auth/confirm, or log in again. "
        "A script needs an API key with the scope admin."
    )


class CodeNeeded(Unauthenticated):
    """The password is right, but the account has a second factor, so a code is needed too."""

    sentence = "Enter a code from your authenticator app."


class SecondFactorRequired(Denied):
    """A second factor cannot be disabled while it is required."""

    sentence = "You cannot disable your second factor, because it is required."


class LoginNeeded(Denied):
    """The actor must be logged in, even for what visitors who are not logged in could view."""

    sentence = "You must be logged in."


class AdminNeeded(Denied):
    """The actor must be an administrator."""

    sentence = "You must be an administrator."


class SelfNeeded(Denied):
    """The actor must be an administrator, or the user called ``username``."""

    username: str

    sentence = "You must be {username} or an administrator."


class SomeAccessNeeded(Denied):
    """The actor must have this access level on at least one website."""

    right: SiteRole

    sentence = "You need {right} access to at least one website."


class WebsiteMissing(Denied):
    """An access level on a website is needed, and the given value cannot identify a website."""

    sentence = "Specify a website."


class WebsiteDenied(Denied):
    """The actor does not have this access level on the website, or the website does not exist."""

    website: str | int | UUID
    right: SiteRole

    @property
    def name(self) -> str:
        """The website as the request identified it, shortened for a message."""
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
    """The invitation of ``username`` was not sent by the actor."""

    username: str

    sentence = "Only the user who invited {username}, or an administrator, can do this."


class HiddenUser(Denied):
    """There is no account called ``username``, or the actor is not allowed to know of it."""

    username: str

    sentence = "There is no user {username}."


# --- The thing does not exist, and the actor is allowed to know ------------------------------------------------------


class NotFound(DomainError):
    """The thing does not exist, and the actor is allowed to know."""

    sentence = "Not found"


class UnknownName(NotFound):
    """No ``thing`` has that name."""

    thing: Thing

    sentence = "There is no such {thing}."


class UnknownUser(NotFound):
    """There is no account with that username or e-mail address."""

    username: str

    sentence = "There is no user {username}."


class UnknownPreferenceUser(UnknownUser):
    """There is no such account to read or set a preference of."""


class UnknownTeam(NotFound):
    """The team does not exist."""

    sentence = "There is no such team."


class UnknownAccessCode(UnknownTeam):
    """No team has this access code."""


class UnknownWebsites(NotFound):
    """These websites do not exist, or the values cannot identify a website."""

    websites: tuple[str | int | UUID, ...]

    @property
    def shown(self) -> str:
        """The websites as one text of bounded length."""
        shown = ", ".join(str(name)[:MOST_SHOWN_OF_NAME] for name in self.websites[:SHOWN_IN_MESSAGES])
        left = len(self.websites) - SHOWN_IN_MESSAGES
        return f"{shown} and {left} more" if left > 0 else shown

    @property
    def message(self) -> str:
        return f"There is no website {self.shown}."


class NoSuchWebsite(UnknownWebsites):
    """The website to change or delete does not exist."""


class LinkGone(NotFound):
    """The link has been used, withdrawn or replaced, or never existed."""

    sentence = "This link is no longer valid."


class LinkExpired(NotFound):
    """The link was valid and has expired."""

    sentence = "This link has expired."


# --- The request may succeed later -----------------------------------------------------------------------------------


class Throttled(DomainError):
    """There were too many failed attempts; ``retry_after`` is the number of seconds to wait."""

    retry_after: int

    sentence = "Too many failed attempts. Please try again later."


class Unavailable(DomainError):
    """The server cannot do this now; the same request may succeed later."""

    retry_after: ClassVar[int] = 1
    """How long to wait, in seconds."""
    sentence = "The server is busy. Please try again."


class ApplyRunning(Unavailable):
    """Another ``frontdesk apply`` is running on the same database."""

    sentence = "Another apply is running on this database. Try again when it has ended."


class FactorLocked(Throttled):
    """There were too many wrong codes, so no code is accepted until ``locked_until``."""

    locked_until: datetime

    sentence = "Too many wrong codes. Please try again later."


class SecretUnreadable(Unavailable):
    """The stored secret of a second factor was encrypted with a key that the server no longer has."""

    sentence = (
        "The second factor cannot be checked: FRONTDESK_SECRET_KEY has changed. Add the previous key to "
        "FRONTDESK_PREVIOUS_SECRET_KEYS, or have an administrator reset the second factor."
    )


class TooManyLogins(Unavailable):
    """Too many requests are waiting for a password to be hashed."""

    sentence = "Too many logins at once. Please try again."


class DatabaseUnavailable(Unavailable):
    """
    The database is unreachable, locked, full, or out of connections.

    ``reason`` is the driver's message; it belongs in the log, not in a response.
    """

    reason: str

    sentence = "The database is not available."


class NotMigrated(DatabaseUnavailable):
    """The database lacks migrations of this release."""

    sentence = "The database needs to be migrated. Run: frontdesk db upgrade"


def kind_of(error: DomainError) -> str:
    """The name of the error's class in kebab-case: ``username-taken``."""
    return kebab_case(type(error).__name__)


def entry_for(table: Mapping[type[DomainError], T], error: DomainError) -> T:
    """The entry for an error in a table by class: that of its own class, or of the nearest base class."""
    return next(table[kind] for kind in type(error).__mro__ if kind in table)


def counted(number: int, unit: Unit) -> str:
    """``8 characters``, ``1 character``, ``72 bytes in UTF-8``."""
    shown = f"{number} {unit.removesuffix('s') if number == 1 else unit}"
    return f"{shown} in UTF-8" if unit == "bytes" else shown
