"""Actors for tests."""

from datetime import datetime
from uuid import UUID

from app.domain.actor import NO_CREDENTIAL, Account, Actor, Credential, CredentialKind, Origin
from app.domain.shared_views import SharedView

TEST = Origin("test")
VISITOR = Actor(None, NO_CREDENTIAL, TEST)
"""An unauthenticated caller."""


def visitor_at(address: str) -> Actor:
    return Actor(None, NO_CREDENTIAL, Origin("test", address))


def acting(
    user_id: UUID,
    role: str = "user",
    username: str = "",
    *,
    created_at: datetime | None = None,
    share: SharedView | None = None,
) -> Actor:
    """Return an actor for a user, without a particular session."""
    return Actor(Account(user_id, username, role, created_at), NO_CREDENTIAL, TEST, share=share)


def guest(share: SharedView) -> Actor:
    """Return an actor with a share token."""
    return Actor(None, Credential(CredentialKind.SHARE, share.share_id), TEST, share=share)
