"""Access tokens, for programs: made, listed, revoked (matomo-usersmanager.md, section 3.8)."""

from datetime import datetime
from uuid import UUID

from app.db.reads import fetch_all
from app.db.session import retried, transaction
from app.domain import policy
from app.domain.actor import Actor
from app.domain.errors import NotFound
from app.models import utcnow
from app.queries import access_tokens as queries
from app.queries.access_tokens import TokenRecord
from app.services.acting import lock_user, recheck
from app.services.authentication.credentials import ACCESS_TOKENS, clean_description, open_token


def create_token(actor: Actor, user_id: UUID, *, description: str, expires_at: datetime | None = None) -> str:
    """
    A fresh token with all rights of its owner, oneself or, for administrators, anybody; only its hash is kept.

    :raises Invalid: a description that is empty or too long
    :raises NotFound: there is no such account
    """
    text = clean_description(description)
    policy.require(policy.can_see_user(actor, user_id))
    return open_token(actor, user_id, description=text, expires_at=expires_at)


def list_tokens(actor: Actor, user_id: UUID) -> list[TokenRecord]:
    """A user's good tokens, newest first: one's own, or anybody's for administrators. There are at most 100."""
    policy.require(policy.can_see_user(actor, user_id))
    return fetch_all(queries.select_tokens, user_id=user_id, now=utcnow())


@retried
def revoke_token(actor: Actor, token_id: UUID, *, user_id: UUID | None = None) -> None:
    """End one token. :raises NotFound: the user has no such token"""
    owner = user_id or actor.user_id
    policy.require(policy.can_see_user(actor, owner))
    with transaction() as session:
        recheck(actor)
        if not ACCESS_TOKENS.revoke(session, actor, owner, token_id):
            raise NotFound


@retried
def revoke_user(actor: Actor, user_id: UUID) -> int:
    """End all tokens of a user, one's own or, for administrators, anybody's; returns how many."""
    policy.require(policy.can_see_user(actor, user_id))
    with transaction() as session:
        lock_user(session, actor, user_id)  # no other one is made meanwhile
        return ACCESS_TOKENS.revoke_all(session, actor, user_id)


@retried
def prune(actor: Actor) -> int:
    """Clear away all tokens that have ended by themselves; returns how many. For cron."""
    policy.require(policy.can_administer(actor))
    return ACCESS_TOKENS.prune()
