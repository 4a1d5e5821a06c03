"""Invitations as whoever manages them may see them."""

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
    """What has become of an invitation."""

    OPEN = "open"
    EXPIRED = "expired"
    ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class InvitationView:
    """An invitation as whoever manages it may see it."""

    id: UUID
    user_id: UUID
    """The account to be."""
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
    """Of the link, where it was made just now: nobody can look it up later."""

    @classmethod
    def of(cls, row: InvitationRecord, token: str | None = None) -> "InvitationView":
        copied = {name: getattr(row, name) for name in cls.__slots__ if name not in ("state", "token")}
        return cls(**copied, state=state_of(row), token=token)

    def link(self, root: str) -> str | None:
        """The whole link, where there is a token; ``root`` is where people reach the server."""
        return link_to(runtime().config.public_url or root, INVITATION, self.token) if self.token else None


def state_of(row: InvitationRecord) -> State:
    """What has become of it, as of now."""
    if row.accepted_at is not None:
        return State.ACCEPTED
    return State.OPEN if row.expires_at > utcnow() else State.EXPIRED
