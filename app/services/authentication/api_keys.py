"""API keys: creating, listing, revoking. Users do this in a session; a key can neither create nor end keys."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.db.reads import fetch_all, fetch_one
from app.db.session import retried, transaction
from app.domain import policy
from app.domain.actor import Actor
from app.domain.errors import Missing, NotFound, NotInFuture, TooManyKeys
from app.domain.names import clean_label
from app.domain.scopes import Scope, stored
from app.models import ANONYMOUS_ID, ApiKey, new_id, utcnow
from app.queries import api_keys as queries
from app.queries.api_keys import KeyRecord
from app.security import tokens
from app.services import events
from app.services.acting import lock_user
from app.services.authentication.credentials import API_KEYS, revoke_every, revoke_one
from app.services.lookup import require_not_anonymous

KEYS_PER_USER = 100
NAME_MAX_LENGTH = 255


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that has just been created."""

    id: UUID
    name: str
    key_prefix: str
    scopes: str | None
    created_at: datetime
    expires_at: datetime | None
    key: str
    """The key itself, which is not stored."""


@retried
def create_key(
    actor: Actor,
    user_id: UUID,
    *,
    name: str,
    scopes: Collection[Scope] | None = None,
    expires_at: datetime | None = None,
) -> NewKey:
    """
    Create an API key for a user. It can do what its scopes allow, and never more than its owner.

    :param scopes: by default what Umami's own keys can do: everything with teams and websites, nothing with users
    :raises Invalid: the name is empty, too long or contains control characters; no scope is left; the time has passed
    :raises Denied: the owner is another user, and the actor is not an administrator; or the actor has no session
    :raises ConfirmationNeeded: the key is to have the scope ``admin``; see ``policy.require_confirmed``
    :raises NotFound: there is no such account
    :raises TooManyKeys: the user has ``KEYS_PER_USER`` keys
    """
    text = clean_label(name, field="name", most=NAME_MAX_LENGTH)
    if scopes is not None and not scopes:
        raise Missing("scopes")
    now = utcnow()
    if expires_at is not None and expires_at <= now:
        raise NotInFuture("expires_at")
    policy.require(policy.can_manage_keys(actor, user_id))
    if scopes is not None and Scope.ADMIN in scopes:
        policy.require_confirmed(actor)
    require_not_anonymous(user_id)
    key = tokens.new_api_key()
    made = ApiKey(
        id=new_id(),
        user_id=user_id,
        name=text,
        token_hash=tokens.hash_api_key(key),
        key_prefix=key[: tokens.KEY_SHOWN],
        scopes=stored(scopes),
        created_at=now,
        wrote_at=now,
        expires_at=expires_at,
    )
    with transaction() as session:
        user = lock_user(session, actor, user_id)
        if user is None or user.pending or user.id == ANONYMOUS_ID:
            raise NotFound
        count = fetch_one(queries.count_keys, user_id=user_id)
        if count is not None and count.number >= KEYS_PER_USER:
            raise TooManyKeys(KEYS_PER_USER)
        session.add(made)
        session.flush()
        events.record(session, events.ApiKeyCreated(actor, user_id, made.id, text, made.scopes, expires_at))
    return NewKey(made.id, text, made.key_prefix, made.scopes, now, expires_at, key)


def list_keys(actor: Actor, user_id: UUID) -> list[KeyRecord]:
    """
    List a user's keys, newest first; there are at most ``KEYS_PER_USER``.

    :raises Denied: see ``create_key``
    """
    policy.require(policy.can_manage_keys(actor, user_id))
    return fetch_all(queries.select_keys, user_id=user_id)


def revoke_key(actor: Actor, user_id: UUID, key_id: UUID) -> None:
    """
    End one key of a user at once.

    :raises Denied: see ``create_key``
    :raises NotFound: the user has no such key
    """
    policy.require(policy.can_manage_keys(actor, user_id))
    revoke_one(actor, API_KEYS, user_id, key_id)


def revoke_all(actor: Actor, user_id: UUID) -> int:
    """
    End all keys of a user at once, and return how many there were.

    :raises Denied: see ``create_key``
    """
    policy.require(policy.can_manage_keys(actor, user_id))
    return revoke_every(actor, API_KEYS, user_id)
