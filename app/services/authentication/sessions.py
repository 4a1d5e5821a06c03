"""Listing and revoking sessions."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.db.reads import fetch_one, fetch_window
from app.db.session import retried, transaction
from app.domain import policy
from app.domain.actor import Actor
from app.domain.errors import NotFound
from app.domain.pagination import Page, Window
from app.models import utcnow
from app.queries import sessions as queries
from app.queries import users as user_queries
from app.queries.sessions import SessionRecord
from app.services.acting import lock_user
from app.services.authentication import login
from app.services.authentication.credentials import ACCESS_TOKENS, SESSIONS, revoke_every, revoke_one


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session, and whether it is the actor's current one."""

    session: SessionRecord
    current: bool


def list_sessions(actor: Actor, window: Window, *, user_id: UUID | None = None) -> Page[SessionView]:
    """
    List the ``SessionView``s of a user's valid sessions, newest first; by default the actor's own.

    :raises Denied: the sessions are another user's, and the actor is not an administrator
    :raises NotFound: there is no such user
    """
    owner = user_id or actor.user_id
    policy.require(policy.can_see_user(actor, owner))
    query = queries.select_sessions(capped=window.cap is not None)
    page = fetch_window(query, window, fresh=True, user_id=owner, now=utcnow())
    if page.total == 0 and fetch_one(user_queries.select_user, user_id=owner) is None:
        raise NotFound
    return page.with_rows([SessionView(row, row.id == actor.session_id) for row in page.rows])


def revoke_session(actor: Actor, session_id: UUID, *, user_id: UUID | None = None) -> None:
    """
    End one session, by default one of the actor's own.

    :raises Denied: the session is another user's, and the actor is not an administrator
    :raises NotFound: the user has no such session
    """
    owner = user_id or actor.user_id
    policy.require(policy.can_see_user(actor, owner))
    revoke_one(actor, SESSIONS, owner, session_id)


@retried
def revoke_others(actor: Actor) -> int:
    """End all sessions of the actor except the current one, and return how many there were."""
    with transaction() as session:
        lock_user(session, actor, actor.user_id)  # so that no session is opened meanwhile
        return SESSIONS.revoke_all(session, actor, actor.user_id, keep=actor.session_id)


def revoke_user(actor: Actor, user_id: UUID) -> int:
    """
    End all sessions of a user, and return how many there were.

    :raises Denied: the sessions are another user's, and the actor is not an administrator
    :raises NotFound: there is no such user
    """
    policy.require(policy.can_see_user(actor, user_id))
    return revoke_every(actor, SESSIONS, user_id)


@retried
def revoke_current(actor: Actor) -> None:
    """Log out: end the actor's current session, or revoke the access token that the actor uses."""
    for store, own in ((ACCESS_TOKENS, actor.token_id), (SESSIONS, actor.session_id)):
        if own is not None:
            with transaction() as session:
                store.revoke(session, actor, actor.user_id, own)


def confirm(actor: Actor, password: str) -> datetime:
    """
    Confirm the actor's password for the current session, and return until when that counts.

    :raises Denied: the actor has no session
    :raises WrongPassword, Throttled: see ``login.confirm_password``
    """
    policy.require(actor.session_id is not None)
    login.confirm(actor, password)
    return utcnow() + policy.CONFIRMED_FOR


@retried
def prune(actor: Actor) -> int:
    """
    Delete all expired sessions, and return how many there were; to be run regularly.

    :raises Denied: the actor is not an administrator
    """
    policy.require(policy.can_administer(actor))
    return SESSIONS.prune()
