"""Access tokens, with which programs authenticate: creating, listing, revoking."""

from datetime import datetime
from uuid import UUID

from app.db.reads import fetch_all
from app.db.session import retried
from app.domain import policy
from app.domain.actor import Actor
from app.models import utcnow
from app.queries import access_tokens as queries
from app.queries.access_tokens import TokenRecord
from app.services.authentication.credentials import (
    ACCESS_TOKENS,
    clean_description,
    open_token,
    revoke_every,
    revoke_one,
)


def create_token(actor: Actor, user_id: UUID, *, description: str, expires_at: datetime | None = None) -> str:
    """
    Create an access token with all rights of its owner, and return it; only its hash is stored.

    :raises Invalid: the description is empty or too long, or contains control characters
    :raises Denied: the owner is another user, and the actor is not an administrator
    :raises NotFound: there is no such account, or it has no password yet
    """
    text = clean_description(description)
    policy.require(policy.can_see_user(actor, user_id))
    return open_token(actor, user_id, description=text, expires_at=expires_at)


def list_tokens(actor: Actor, user_id: UUID) -> list[TokenRecord]:
    """
    List a user's valid tokens, newest first; there are at most 100.

    :raises Denied: the tokens are another user's, and the actor is not an administrator
    """
    policy.require(policy.can_see_user(actor, user_id))
    return fetch_all(queries.select_tokens, user_id=user_id, now=utcnow())


def revoke_token(actor: Actor, token_id: UUID, *, user_id: UUID | None = None) -> None:
    """
    Revoke one token, by default one of the actor's own.

    :raises Denied: the token is another user's, and the actor is not an administrator
    :raises NotFound: the user has no such token
    """
    owner = user_id or actor.user_id
    policy.require(policy.can_see_user(actor, owner))
    revoke_one(actor, ACCESS_TOKENS, owner, token_id)


def revoke_user(actor: Actor, user_id: UUID) -> int:
    """
    Revoke all tokens of a user, and return how many there were.

    :raises Denied: the tokens are another user's, and the actor is not an administrator
    """
    policy.require(policy.can_see_user(actor, user_id))
    return revoke_every(actor, ACCESS_TOKENS, user_id)


@retried
def prune(actor: Actor) -> int:
    """
    Delete all expired tokens, and return how many there were; to be run regularly.

    :raises Denied: the actor is not an administrator
    """
    policy.require(policy.can_administer(actor))
    return ACCESS_TOKENS.prune()
