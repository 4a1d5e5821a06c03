"""Removing what has expired. Safe at any time, on any number of servers, and while they serve requests."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete

from app.db.reads import fetch_all, fetch_one
from app.db.session import execute_count, retried, transaction
from app.db.sql.query import Query
from app.domain import policy
from app.domain.actor import Actor
from app.domain.errors import AlreadyAccepted, NotFound, OwnsWebsites
from app.models import User, Website, utcnow
from app.queries import housekeeping as queries
from app.queries import invitations as invitation_queries
from app.queries.housekeeping import BATCH
from app.queries.rows import Id, Number
from app.services import events
from app.services.acting import recheck
from app.services.authentication.codes import STEP_SECONDS
from app.services.invitations.pending import delete_pending
from app.services.users.closing import oldest_restorable

INVITATION_AGE = timedelta(days=30)
"""How long an invitation that has expired can be sent again."""
STEPS_KEPT = 100


def count_expired(actor: Actor) -> dict[str, int]:
    """Return how many rows ``purge`` would delete, by kind. For administrators."""
    policy.require(policy.can_administer(actor))
    now = utcnow()
    found = {kind.name: _number(kind.count, before=now - kind.age) for kind in queries.EXPIRED}
    return {
        **found,
        "used_codes": _number(queries.count_used_steps, oldest=_oldest_step()),
        "invitations": _number(queries.count_invited, before=now - INVITATION_AGE),
        "accounts": _number(queries.count_deleted, before=oldest_restorable()),
    }


def purge(actor: Actor) -> dict[str, int]:
    """
    Delete everything that has expired, in batches, and return how many rows there were by kind. For administrators.

    Expired are also accounts that can no longer be restored, and accounts whose invitation expired long ago.
    """
    policy.require(policy.can_administer(actor))
    now = utcnow()
    done = {}
    for kind in queries.EXPIRED:
        done[kind.name] = 0
        while deleted := execute_count(kind.delete, before=now - kind.age):
            done[kind.name] += deleted
            if deleted < BATCH:
                break
    done["used_codes"] = execute_count(queries.delete_used_steps, oldest=_oldest_step())
    for name, query, before, remove in (
        ("invitations", queries.select_invited, now - INVITATION_AGE, _withdraw),
        ("accounts", queries.select_deleted, oldest_restorable(), _remove),
    ):
        done[name] = sum(remove(actor, user_id) for user_id in _accounts(query, before))
    return done


def _number(query: Query[Number], **values: object) -> int:
    row = fetch_one(query, **values)
    return 0 if row is None else row.number


def _oldest_step() -> int:
    return int(utcnow().timestamp()) // STEP_SECONDS - STEPS_KEPT


@retried
def _withdraw(actor: Actor, user_id: UUID) -> bool:
    """Delete a pending account, unless the invitation was accepted or withdrawn meanwhile."""
    row = fetch_one(invitation_queries.select_invitation_of, user_id=user_id)
    if row is None or row.expires_at > utcnow() - INVITATION_AGE:
        return False
    try:
        with transaction() as session:
            delete_pending(session, actor, row, with_websites=False)
            events.record(session, events.InvitationRevoked(actor, row.id, user_id, row.username))
    except (AlreadyAccepted, NotFound, OwnsWebsites):
        return False
    return True


def _accounts(query: Query[Id], before: datetime) -> Iterator[UUID]:
    last = queries.FIRST_ID
    while rows := fetch_all(query, before=before, after=last):
        yield from (row.id for row in rows)
        last = rows[-1].id


@retried
def _remove(actor: Actor, user_id: UUID) -> bool:
    """Remove a deleted account and its websites for good, unless it was restored meanwhile."""
    with transaction() as session:
        recheck(actor)
        user = session.get(User, user_id, with_for_update=True, populate_existing=True)
        if user is None or user.deleted_at is None or user.deleted_at > oldest_restorable():
            return False
        session.execute(delete(Website).where(Website.user_id == user_id))
        events.record(session, events.UserPurged(actor, user_id, user.username))
        session.delete(user)
    return True
