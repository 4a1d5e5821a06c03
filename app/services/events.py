"""
Events: one for each change, recorded in the transaction of the change.

A service calls ``record(session, UserDeleted(actor, ...))`` before its transaction ends. Each listener of the running
app (``Runtime.listeners``) is called with the session and the event. What it writes is committed or rolled back with
the change. Events never hold secrets: no passwords, tokens, access codes or slugs.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.db.session import Unit
from app.domain.actor import Actor
from app.runtime import runtime

HELD = "frontdesk_held_events"
"""Key in the session's ``info``: the events that ``held_back`` holds."""
Changes = Mapping[str, tuple[Any, Any]]
"""The old and the new value of each changed field, by the field's name."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that ``actor`` did."""

    actor: Actor


@dataclass(frozen=True, slots=True)
class UserEvent(Event):
    """Something that happened to an account."""

    user_id: UUID
    username: str


@dataclass(frozen=True, slots=True)
class UserCreated(UserEvent):
    role: str


@dataclass(frozen=True, slots=True)
class UserUpdated(UserEvent):
    """The username, the display name or the external id was changed."""

    changes: Changes


@dataclass(frozen=True, slots=True)
class RoleChanged(UserEvent):
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class EmailChanged(UserEvent):
    old: str | None
    new: str | None
    pending: bool
    """The invitation has not been accepted yet, so the old address has received nothing but the invitation."""


@dataclass(frozen=True, slots=True)
class PasswordChanged(UserEvent):
    email: str | None
    """The account's address before the change."""
    by: str
    """``self``, ``admin`` or ``link``."""


@dataclass(frozen=True, slots=True)
class PasswordChangeRequired(UserEvent):
    """An administrator requires a change of the password at the next login, or no longer."""

    required: bool


@dataclass(frozen=True, slots=True)
class UserDeleted(UserEvent):
    heir_id: UUID | None
    """The user who received the websites, and the teams that no one else owned."""


@dataclass(frozen=True, slots=True)
class UserRestored(UserEvent):
    """A deleted account was restored, with the websites that were deleted with it."""

    website_ids: Sequence[UUID]


@dataclass(frozen=True, slots=True)
class UserPurged(UserEvent):
    """A deleted account was removed for good, because it can no longer be restored."""


@dataclass(frozen=True, slots=True)
class UserDisabled(UserEvent):
    """The user can no longer log in; sessions and tokens ended."""


@dataclass(frozen=True, slots=True)
class UserEnabled(UserEvent):
    """The user can log in again."""


@dataclass(frozen=True, slots=True)
class PasswordResetRequested(Event):
    account: str
    """As the visitor typed it: a username, an e-mail address, or neither."""


@dataclass(frozen=True, slots=True)
class PasswordResetLinkCreated(UserEvent):
    """An administrator created a link for setting a new password."""


@dataclass(frozen=True, slots=True)
class PreferenceChanged(UserEvent):
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class SessionOpened(Event):
    user_id: UUID
    session_id: UUID


@dataclass(frozen=True, slots=True)
class SessionsRevoked(Event):
    user_id: UUID
    ids: Sequence[UUID]


@dataclass(frozen=True, slots=True)
class AccessTokenCreated(Event):
    user_id: UUID
    token_id: UUID
    description: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class AccessTokensRevoked(Event):
    user_id: UUID
    ids: Sequence[UUID]


@dataclass(frozen=True, slots=True)
class ApiKeyCreated(Event):
    user_id: UUID
    key_id: UUID
    name: str
    scopes: str | None
    """None for a key in Umami's manner."""
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class ApiKeysRevoked(Event):
    user_id: UUID
    ids: Sequence[UUID]


@dataclass(frozen=True, slots=True)
class SecondFactorEnabled(UserEvent):
    pass


@dataclass(frozen=True, slots=True)
class SecondFactorDisabled(UserEvent):
    pass


@dataclass(frozen=True, slots=True)
class SecondFactorReset(UserEvent):
    """An administrator removed it."""


@dataclass(frozen=True, slots=True)
class SecondFactorLocked(UserEvent):
    """Too many wrong codes."""


@dataclass(frozen=True, slots=True)
class BackupCodeUsed(UserEvent):
    pass


@dataclass(frozen=True, slots=True)
class SecondFactorRequirementChanged(Event):
    """A second factor is required of a user, of a team, or, with neither, of everyone; or no longer."""

    user_id: UUID | None
    team_id: UUID | None
    required: bool


@dataclass(frozen=True, slots=True)
class TeamEvent(Event):
    """Something that happened to a team."""

    team_id: UUID


@dataclass(frozen=True, slots=True)
class TeamCreated(TeamEvent):
    name: str
    owner_id: UUID


@dataclass(frozen=True, slots=True)
class TeamUpdated(TeamEvent):
    changes: Changes
    new_access_code: bool


@dataclass(frozen=True, slots=True)
class TeamDeleted(TeamEvent):
    name: str
    heir_id: UUID | None
    """The user who received the websites; None if they were deleted."""


@dataclass(frozen=True, slots=True)
class MembershipAdded(TeamEvent):
    user_id: UUID
    role: str


@dataclass(frozen=True, slots=True)
class MembershipChanged(TeamEvent):
    user_id: UUID
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class MembershipRemoved(TeamEvent):
    user_id: UUID
    role: str


@dataclass(frozen=True, slots=True)
class WebsiteEvent(Event):
    """Something that happened to a website."""

    website_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class WebsiteCreated(WebsiteEvent):
    user_id: UUID | None
    team_id: UUID | None


@dataclass(frozen=True, slots=True)
class WebsiteUpdated(WebsiteEvent):
    changes: Changes


@dataclass(frozen=True, slots=True)
class WebsiteDeleted(WebsiteEvent):
    pass


@dataclass(frozen=True, slots=True)
class WebsiteReset(WebsiteEvent):
    """The statistics were reset."""


@dataclass(frozen=True, slots=True)
class WebsiteTransferred(WebsiteEvent):
    """The website was given to another user or team; one of the ids is set, and one of the old ones."""

    old_user_id: UUID | None
    old_team_id: UUID | None
    user_id: UUID | None
    team_id: UUID | None


@dataclass(frozen=True, slots=True)
class ShareEvent(Event):
    """Something that happened to a public link."""

    website_id: UUID
    share_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class ShareCreated(ShareEvent):
    pass


@dataclass(frozen=True, slots=True)
class ShareUpdated(ShareEvent):
    changes: Changes
    new_slug: bool


@dataclass(frozen=True, slots=True)
class ShareDeleted(ShareEvent):
    pass


@dataclass(frozen=True, slots=True)
class AccessEvent(Event):
    """Something that happened to a user's grants on some websites."""

    user_id: UUID
    website_ids: Sequence[UUID]


@dataclass(frozen=True, slots=True)
class OldGrant:
    """What a user had on a website: the role of a direct grant, and capabilities."""

    website_id: UUID
    role: str | None
    capabilities: Sequence[str]


@dataclass(frozen=True, slots=True)
class GrantsChanged(AccessEvent):
    old_grants: Sequence[OldGrant]
    """What the user had on these websites before; websites where it was nothing are left out."""
    role: str | None
    """The role that is now granted; None if it was taken away, with all capabilities."""
    capabilities: Sequence[str] | None
    """All capabilities that are now granted beside the role; None if the call named none."""


@dataclass(frozen=True, slots=True)
class CapabilitiesChanged(AccessEvent):
    added: Sequence[str] = ()
    removed: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class InvitationEvent(Event):
    """Something that happened to an invitation."""

    invitation_id: UUID
    user_id: UUID
    """The account that is pending until the invitation is accepted."""
    username: str


@dataclass(frozen=True, slots=True)
class InvitationCreated(InvitationEvent):
    email: str | None
    role: str


@dataclass(frozen=True, slots=True)
class InvitationResent(InvitationEvent):
    """A new link was created; earlier ones no longer work."""

    email: str | None


@dataclass(frozen=True, slots=True)
class InvitationLinkCreated(InvitationEvent):
    """A second link was created, for copying."""


@dataclass(frozen=True, slots=True)
class InvitationAccepted(InvitationEvent):
    inviter_email: str | None


@dataclass(frozen=True, slots=True)
class InvitationDeclined(InvitationEvent):
    inviter_email: str | None


@dataclass(frozen=True, slots=True)
class InvitationRevoked(InvitationEvent):
    pass


@dataclass(frozen=True, slots=True)
class MailRetried(Event):
    """Unsent mails are to be tried again."""

    mail_id: UUID | None
    """None for all mails that were given up."""


@dataclass(frozen=True, slots=True)
class WebhookEvent(Event):
    """Something that happened to a webhook."""

    webhook_id: UUID
    host: str
    """The host of its address; the rest of the address may be secret."""


@dataclass(frozen=True, slots=True)
class WebhookCreated(WebhookEvent):
    types: Sequence[str]


@dataclass(frozen=True, slots=True)
class WebhookUpdated(WebhookEvent):
    changes: Changes


@dataclass(frozen=True, slots=True)
class WebhookSecretRotated(WebhookEvent):
    pass


@dataclass(frozen=True, slots=True)
class WebhookDeleted(WebhookEvent):
    pass


@dataclass(frozen=True, slots=True)
class WebhookGivenUp(WebhookEvent):
    """The webhook was disabled, because its receiver has failed for days or no longer exists."""

    failing_since: datetime
    error: str


@dataclass(frozen=True, slots=True)
class WebhookTested(WebhookEvent):
    """A test message was sent."""

    delivery_id: UUID


@dataclass(frozen=True, slots=True)
class WebhookRedelivered(WebhookEvent):
    """A message is sent once more."""

    delivery_id: UUID


@dataclass(frozen=True, slots=True)
class LoginFailed(Event):
    """A wrong password, or an unknown name; not attempts that were rejected because there had been too many."""

    user_id: UUID | None
    username: str | None
    """Both are None for an unknown name. The name is not kept, since users type passwords into name fields."""


@dataclass(frozen=True, slots=True)
class PasswordConfirmed(UserEvent):
    """A user who is logged in confirmed their password in this session."""


@dataclass(frozen=True, slots=True)
class ConfirmationFailed(UserEvent):
    """A user who is logged in had to confirm something with their password, and it was wrong."""


@dataclass(frozen=True, slots=True)
class SecondFactorFailed(UserEvent):
    """A wrong code."""


@dataclass(frozen=True, slots=True)
class PermissionDenied(Event):
    """A user called what only others may call."""

    call: str
    """The method and the route of the endpoint, or the name of Matomo's method."""


@dataclass(frozen=True, slots=True)
class AuditPruned(Event):
    """The first rows of the audit log were deleted."""

    last_number: int


def record(session: Unit, event: Event) -> None:
    """Call every listener with the event, in the current transaction; see also ``held_back``."""
    held: list[Event] | None = session.info.get(HELD)
    if held is not None:
        held.append(event)
        return
    for listen in runtime().listeners:
        listen(session, event)


def record_all(session: Unit, many: Sequence[Event]) -> None:
    """The same as ``record`` for each of the events, but fast for thousands of them."""
    held: list[Event] | None = session.info.get(HELD)
    if held is not None:
        held += many
        return
    for listen in runtime().listeners:
        at_once = runtime().bulk_listeners.get(listen)
        if at_once is not None:
            at_once(session, many)
        else:
            for event in many:
                listen(session, event)


@contextmanager
def held_back(session: Unit) -> Iterator[list[Event]]:
    """
    Hold back the events that are recorded in the block, and record all of them at once when it ends.

    The block gets the list, and removes the events of what it takes back. If it raises, none is recorded.
    """
    held: list[Event] = []
    session.info[HELD] = held
    try:
        yield held
    finally:
        del session.info[HELD]
    record_all(session, held)


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Changes:
    """Return the values in ``new`` that differ from those in ``old``."""
    return {name: (old.get(name), value) for name, value in new.items() if old.get(name) != value}
