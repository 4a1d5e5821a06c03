"""The types of events that webhooks can ask for: the actions of the audit log, alone or in groups."""

from collections.abc import Collection, Iterable
from functools import cache

from app.domain.errors import Missing, TooLong, UnknownEventType
from app.services import events
from app.services.audit.rows import action_of
from app.services.events import Event

ALL = "*"
PING = "ping"
"""The type of test messages."""
OTHERS = "server"
SELECTION_MAX_LENGTH = 2000
GROUPS: dict[type[Event], str] = {
    events.UserEvent: "users",
    events.PasswordResetRequested: "users",
    events.TeamEvent: "teams",
    events.MembershipAdded: "memberships",
    events.MembershipChanged: "memberships",
    events.MembershipRemoved: "memberships",
    events.WebsiteEvent: "websites",
    events.ShareEvent: "websites",
    events.AccessEvent: "grants",
    events.InvitationEvent: "invitations",
    events.SessionOpened: "sign-ins",
    events.SessionsRevoked: "sign-ins",
    events.LoginFailed: "sign-ins",
    events.PasswordConfirmed: "sign-ins",
    events.ConfirmationFailed: "sign-ins",
    events.SecondFactorFailed: "sign-ins",
    events.SecondFactorLocked: "sign-ins",
    events.BackupCodeUsed: "sign-ins",
    events.AccessTokenCreated: "credentials",
    events.AccessTokensRevoked: "credentials",
    events.ApiKeyCreated: "credentials",
    events.ApiKeysRevoked: "credentials",
}
"""The group of events of a class and its subclasses; all others are in ``OTHERS``."""


@cache
def groups() -> dict[str, str]:
    """Return the group of each type of event, by type."""
    kinds = [kind for kind in vars(events).values() if isinstance(kind, type) and issubclass(kind, Event)]
    bases = {base for kind in kinds for base in kind.__mro__[1:]}
    return {action_of(kind): _group(kind) for kind in kinds if kind not in bases}


def cleaned(names: Iterable[str]) -> list[str]:
    """
    Return a selection of events as it is stored: groups and types, each once, in alphabetical order.

    :raises Missing: nothing is selected
    :raises UnknownEventType: there is no group or type of that name
    """
    chosen = sorted(set(names))
    if not chosen:
        raise Missing("events")
    known = groups()
    for name in chosen:
        if name != ALL and name not in known and name not in known.values():
            raise UnknownEventType("events", name)
    if ALL in chosen:
        return [ALL]
    if len(" ".join(chosen)) > SELECTION_MAX_LENGTH:
        raise TooLong("events", SELECTION_MAX_LENGTH)
    return chosen


def includes(selection: Collection[str], kind: str) -> bool:
    """Return whether a stored selection includes events of a type."""
    return ALL in selection or kind in selection or groups().get(kind, OTHERS) in selection


def _group(kind: type[Event]) -> str:
    return next((GROUPS[base] for base in kind.__mro__ if base in GROUPS), OTHERS)
