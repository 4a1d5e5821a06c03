"""Tokens for programs: made, used, listed, revoked (matomo-usersmanager.md, section 3.8)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from app.db.errors import translated
from app.db.reads import fetch_all, fetch_one, reader
from app.db.session import execute_count, retried, transaction
from app.domain import policy
from app.domain.actor import Actor
from app.domain.errors import ControlCharacters, Missing, NotFound, TooLong, Unavailable
from app.models import AccessToken, utcnow
from app.queries import access_tokens as queries
from app.queries import profiles as profile_queries
from app.queries import users as user_queries
from app.queries.access_tokens import TokenBearer, TokenRecord
from app.security import tokens

log = structlog.get_logger()
TOUCH_EVERY = timedelta(minutes=10)
TOKENS_PER_USER = 100
"""With more, the one that has not been used for longest goes."""
DESCRIPTION_MAX_LENGTH = 100


def clean_description(text: str) -> str:
    """The description as it is stored. :raises Missing, TooLong, ControlCharacters"""
    cleaned = text.strip()
    if not cleaned:
        raise Missing("description")
    if len(cleaned) > DESCRIPTION_MAX_LENGTH:
        raise TooLong("description", DESCRIPTION_MAX_LENGTH, length=len(cleaned))
    if not all(sign.isprintable() or sign == " " for sign in cleaned):
        raise ControlCharacters("description")
    return cleaned


def create_token(actor: Actor, user_id: UUID, *, description: str, expires_at: datetime | None = None) -> str:
    """
    A fresh token with all rights of its owner, oneself or, for administrators, anybody; only its hash is kept.

    :raises Invalid: a description that is empty or too long
    :raises NotFound: there is no such account
    """
    text = clean_description(description)
    policy.require(policy.can_see_user(actor, user_id))
    return open_token(user_id, description=text, expires_at=expires_at)


@retried
def open_token(
    user_id: UUID, *, description: str, expires_at: datetime | None = None, checked: str | None = None
) -> str:
    """
    A fresh token; for services, which have asked for permission. Ended ones, and too many, are cleared away.

    :param checked: the hash of the password that was shown for it
    :raises NotFound: the account is gone or has not been accepted, or its password is another one meanwhile
    """
    token, now = tokens.new_access_token(), utcnow()
    with transaction() as session:
        fetch_one(user_queries.lock_user, user_id=user_id)
        row = fetch_one(user_queries.select_password_hash, user_id=user_id)
        if row is None or not row.password_hash or checked not in (None, row.password_hash):
            raise NotFound
        execute_count(queries.delete_expired_of_user, owner_id=user_id, now=now)
        execute_count(queries.delete_beyond, owner_id=user_id, kept=TOKENS_PER_USER - 1)
        session.add(
            AccessToken(
                user_id=user_id,
                token_hash=tokens.hash_token(token),
                description=description,
                created_at=now,
                wrote_at=now,  # as of a login
                expires_at=expires_at,
            )
        )
    return token


def find_bearer(token: str) -> TokenBearer | None:
    """Who bears the token: the user's summary and ``token_id``; None for a token of nobody."""
    now = utcnow()
    row = fetch_one(queries.select_by_token, token_hash=tokens.hash_token(token), now=now)
    if row is not None and (row.last_used_at is None or now - row.last_used_at >= TOUCH_EVERY):
        _touch(row, now)
    return row


def _touch(row: TokenBearer, now: datetime) -> None:
    """Note that the token was used, and its owner there."""
    times = {"stale": now - TOUCH_EVERY, "now": now}
    try:
        with translated, reader().connect() as connection:
            connection.execute(queries.touch_token, {"token_id": row.token_id, **times})
            connection.execute(profile_queries.touch_user, {"seen_id": row.id, **times})
    except Unavailable:  # a busy or read-only database must not make a good token bad
        log.warning("token could not be marked as used", token_id=str(row.token_id))


def list_tokens(actor: Actor, user_id: UUID) -> Sequence[TokenRecord]:
    """A user's good tokens, newest first: one's own, or anybody's for administrators. There are at most 100."""
    policy.require(policy.can_see_user(actor, user_id))
    return fetch_all(queries.select_tokens, user_id=user_id, now=utcnow())


def revoke_token(actor: Actor, token_id: UUID, *, user_id: UUID | None = None) -> None:
    """End one token. :raises NotFound: the user has no such token"""
    owner = user_id or actor.user_id
    policy.require(policy.can_see_user(actor, owner))
    if not execute_count(queries.delete_one, owner_id=owner, token_id=token_id):
        raise NotFound


@retried
def revoke_all(user_id: UUID) -> int:
    """End the tokens of a user; for services, which have asked for permission. Answers how many there were."""
    with transaction():
        fetch_one(user_queries.lock_user, user_id=user_id)  # nobody makes another one meanwhile
        return execute_count(queries.delete_of_user, owner_id=user_id)


def revoke_user(actor: Actor, user_id: UUID) -> int:
    """End all tokens of a user, one's own or, for administrators, anybody's; answers how many."""
    policy.require(policy.can_see_user(actor, user_id))
    return revoke_all(user_id)


def prune() -> int:
    """Clear away all tokens that have ended; answers how many. For cron."""
    return execute_count(queries.delete_expired, now=utcnow())
