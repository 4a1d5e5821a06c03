"""Invitations as users who manage them see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.models import utcnow
from app.queries.invitations import InvitationRecord
from app.runtime import runtime
from app.security.link_tokens import INVITATION, link_to


class State(StrEnum):
    """The state of an invitation."""

    OPEN = "open"
    EXPIRED = "expired"
    ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class InvitationView:
    """An invitation as users who manage it see it."""

    id: UUID
    user_id: UUID
    """The pending account, or the active one after acceptance."""
    username: str
    email: str | None
    role: str
    teams: Sequence[Mapping[str, str]]
    grants: Sequence[Mapping[str, str]]
    inviter_id: UUID | None
    inviter_name: str | None
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None
    state: State
    token: str | None = None
    """The link's token, set only when the link was just created: it cannot be looked up later."""

    @classmethod
    def of(cls, row: InvitationRecord, token: str | None = None) -> "InvitationView":
        copied = {name: getattr(row, name) for name in cls.__slots__ if name not in ("state", "token")}
        return cls(**copied, state=state_of(row), token=token)

    def link(self, root: str) -> str | None:
        """
        Return the complete link, or None if there is no token.

        :param root: the server's URL, used if the settings have no ``public_url``
        """
        return link_to(runtime().config.public_url or root, INVITATION, self.token) if self.token else None


def state_of(row: InvitationRecord) -> State:
    """Return the invitation's current state."""
    if row.accepted_at is not None:
        return State.ACCEPTED
    return State.OPEN if row.expires_at > utcnow() else State.EXPIRED
