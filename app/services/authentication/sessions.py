"""Sessions: listed and revoked (W3)."""

from dataclasses import dataclass
from uuid import UUID

from app.db.reads import fetch_window
from app.db.session import retried, transaction
from app.domain import policy
from app.domain.actor import Actor
from app.domain.errors import NotFound
from app.domain.pagination import Page, Window
from app.models import utcnow
from app.queries import sessions as queries
from app.queries.sessions import SessionRecord
from app.services.acting import lock_user, recheck
from app.services.authentication.credentials import ACCESS_TOKENS, SESSIONS


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session, and whether it is the one that asks."""

    session: SessionRecord
    current: bool


def list_sessions(actor: Actor, window: Window, *, user_id: UUID | None = None) -> Page[SessionView]:
    """``SessionView``s of a user's living sessions, newest first: one's own, or anybody's for administrators."""
    owner = user_id or actor.user_id
    policy.require(policy.can_see_user(actor, owner))
    query = queries.select_sessions(capped=window.cap is not None)
    page = fetch_window(query, window, fresh=True, user_id=owner, now=utcnow())
    return page.with_rows([SessionView(row, row.id == actor.session_id) for row in page.rows])


@retried
def revoke_session(actor: Actor, session_id: UUID, *, user_id: UUID | None = None) -> None:
    """End one session. :raises NotFound: the user has no such session"""
    owner = user_id or actor.user_id
    policy.require(policy.can_see_user(actor, owner))
    with transaction() as session:
        recheck(actor)
        if not SESSIONS.revoke(session, actor, owner, session_id):
            raise NotFound


@retried
def revoke_others(actor: Actor) -> int:
    """End all sessions of the actor but the one that asks; returns how many."""
    with transaction() as session:
        lock_user(session, actor, actor.user_id)  # no other one is opened meanwhile
        return SESSIONS.revoke_all(session, actor, actor.user_id, keep=actor.session_id)


@retried
def revoke_user(actor: Actor, user_id: UUID) -> int:
    """End all sessions of a user, one's own or, for administrators, anybody's; returns how many."""
    policy.require(policy.can_see_user(actor, user_id))
    with transaction() as session:
        lock_user(session, actor, user_id)  # no other one is opened meanwhile
        return SESSIONS.revoke_all(session, actor, user_id)


@retried
def revoke_current(actor: Actor) -> None:
    """Log out: end the session that asks, or the token that it asks with."""
    for store, own in ((ACCESS_TOKENS, actor.token_id), (SESSIONS, actor.session_id)):
        if own is not None:
            with transaction() as session:
                store.revoke(session, actor, actor.user_id, own)


@retried
def prune(actor: Actor) -> int:
    """Clear away all sessions that have ended by themselves; returns how many. For cron."""
    policy.require(policy.can_administer(actor))
    return SESSIONS.prune()
