"""Actors as tests need them."""

from datetime import datetime
from uuid import UUID

from app.domain.actor import NO_CREDENTIAL, Account, Actor, Credential, CredentialKind, Origin, SharedView

TEST = Origin("test")
VISITOR = Actor(None, NO_CREDENTIAL, TEST)
"""A caller of whom nothing is known."""


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
    """A user who acts, with no session in particular."""
    return Actor(Account(user_id, username, role, created_at), NO_CREDENTIAL, TEST, share)


def guest(share: SharedView) -> Actor:
    """A bearer of a share."""
    return Actor(None, Credential(CredentialKind.SHARE, share.share_id), TEST, share)
