"""Logins: opened, used, listed, revoked (W3)."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog

from app.db.errors import translated
from app.db.reads import fetch_one, fetch_window, reader
from app.db.session import execute_count, retried, transaction
from app.domain import policy
from app.domain.actor import Actor
from app.domain.errors import NotFound, Unavailable
from app.domain.pagination import Page, Window
from app.models import LoginSession, utcnow
from app.queries import access_tokens as token_queries
from app.queries import profiles as profile_queries
from app.queries import sessions as queries
from app.queries import users as user_queries
from app.queries.access_tokens import TokenBearer
from app.queries.sessions import SessionBearer, SessionRecord
from app.runtime import runtime
from app.security import tokens
from app.services.authentication import access_tokens

log = structlog.get_logger()
TOUCH_EVERY = timedelta(minutes=5)
SSO_SECONDS = 86_400
USER_AGENT_MAX_LENGTH = 255


@dataclass(frozen=True, slots=True)
class SessionView:
    """A login, and whether it is the one that asks."""

    session: SessionRecord
    current: bool


@retried
def open_session(user_id: UUID, *, address: str = "", user_agent: str = "", seconds: int | None = None) -> str:
    """
    A fresh token for the user; only its hash is kept. Ended logins of the user, and too many, are cleared away.

    :param seconds: how long the login lives without use; the configured days by default
    """
    lifetime = seconds or int(runtime().config.session_days * 86_400)
    token, now = tokens.new_token(), utcnow()
    most = runtime().config.sessions_per_user
    with transaction() as session:
        execute_count(queries.delete_expired_of_user, owner_id=user_id, now=now)
        execute_count(queries.delete_beyond, owner_id=user_id, kept=most - 1)
        session.add(
            LoginSession(
                user_id=user_id,
                token_hash=tokens.hash_token(token),
                created_at=now,
                last_used_at=now,
                wrote_at=now,  # the next login of a caller follows the writes of the one before
                expires_at=now + timedelta(seconds=lifetime),
                lifetime=lifetime,
                address=address[:45] or None,
                user_agent=user_agent[:USER_AGENT_MAX_LENGTH] or None,
            )
        )
    return token


def find_bearer(token: str) -> SessionBearer | TokenBearer | None:
    """
    Who bears the token, be it a login's or one for programs: the user's summary, and ``session_id`` or ``token_id``.
    None for a token of nobody.
    """
    if not token or len(token) > tokens.TOKEN_MAX_LENGTH:
        return None
    if tokens.is_access_token(token):
        return access_tokens.find_bearer(token)
    now = utcnow()
    row = fetch_one(queries.select_by_token, token_hash=tokens.hash_token(token), now=now)
    if row is not None and now - row.last_used_at >= TOUCH_EVERY:
        _touch(row)
    return row


def _touch(row: SessionBearer) -> None:
    now = utcnow()
    values = {
        "session_id": row.session_id,
        "stale": now - TOUCH_EVERY,
        "now": now,
        "until": now + timedelta(seconds=row.lifetime),
    }
    try:
        with translated, reader().connect() as connection:
            connection.execute(queries.touch_session, values)
            connection.execute(profile_queries.touch_user, _seen(row.id))
    except Unavailable:  # a busy or read-only database must not end a good login
        log.warning("login could not be marked as used", session_id=str(row.session_id))


def note_seen(user_id: UUID) -> None:
    """Note that a user has just logged in; the login stands even if that cannot be noted."""
    try:
        with translated, reader().connect() as connection:
            connection.execute(profile_queries.touch_user, _seen(user_id))
    except Unavailable:
        log.warning("user could not be marked as seen", user_id=str(user_id))


def _seen(user_id: UUID) -> dict[str, Any]:
    now = utcnow()
    return {"seen_id": user_id, "stale": now - TOUCH_EVERY, "now": now}


def list_sessions(actor: Actor, window: Window, *, user_id: UUID | None = None) -> Page[SessionView]:
    """``SessionView``s of a user's living logins, newest first: one's own, or anybody's for administrators."""
    owner = user_id or actor.user_id
    policy.require(policy.can_see_user(actor, owner))
    statement = queries.select_sessions(capped=window.cap is not None)
    page = fetch_window(statement, window, fresh=True, user_id=owner, now=utcnow())
    return page.with_rows([SessionView(row, row.id == actor.session_id) for row in page.rows])


def revoke_session(actor: Actor, session_id: UUID, *, user_id: UUID | None = None) -> None:
    """End one login. :raises NotFound: the user has no such login"""
    owner = user_id or actor.user_id
    policy.require(policy.can_see_user(actor, owner))
    if not execute_count(queries.delete_one, owner_id=owner, session_id=session_id):
        raise NotFound


def revoke_others(actor: Actor) -> int:
    """End all logins of the actor but the one that asks; answers how many."""
    return revoke_all(actor.user_id, keep=actor.session_id)


def revoke_user(actor: Actor, user_id: UUID) -> int:
    """End all logins of a user, one's own or, for administrators, anybody's; answers how many."""
    policy.require(policy.can_see_user(actor, user_id))
    return revoke_all(user_id)


@retried
def revoke_all(user_id: UUID, *, keep: UUID | None = None) -> int:
    """End the logins of a user, except one; for services, which have asked for permission."""
    with transaction():
        fetch_one(user_queries.lock_user, user_id=user_id)  # nobody opens another one meanwhile
        if keep is None:
            return execute_count(queries.delete_of_user, owner_id=user_id)
        return execute_count(queries.delete_others, owner_id=user_id, kept_id=keep)


def revoke_current(actor: Actor) -> None:
    """Log out: end the login that asks, or the token that it asks with."""
    if actor.token_id is not None:
        execute_count(token_queries.delete_one, owner_id=actor.user_id, token_id=actor.token_id)
    if actor.session_id is not None:
        execute_count(queries.delete_one, owner_id=actor.user_id, session_id=actor.session_id)


@retried
def prune() -> int:
    """Clear away all ended logins; answers how many. For cron."""
    return execute_count(queries.delete_expired, now=utcnow())
