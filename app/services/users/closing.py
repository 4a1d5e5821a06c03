"""Deleting accounts. For services that have already checked permission."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update

from app.db.session import Unit
from app.domain.actor import Actor
from app.domain.errors import LastAdmin, NotFound, UnknownReference
from app.models import ANONYMOUS_ID, Grant, GrantedCapability, Membership, User, Website, utcnow
from app.runtime import runtime
from app.services import events
from app.services.authentication.credentials import end_all
from app.services.events import UserDeleted
from app.services.teams.dissolving import leave_all_teams
from app.services.websites.handing_on import hand_on


def close_account(
    session: Unit, actor: Actor, user_id: UUID, *, admins: Sequence[UUID], heir_id: UUID | None = None
) -> None:
    """
    Delete an account; its websites go to the heir, or are deleted with it, and its teams pass to the next owner.

    For ``restore_days``, the account and its websites are only marked as deleted, and its names are free for others. An
    account whose invitation was not accepted is deleted for good.

    :param admins: the ids of all active administrators, already locked
    :param heir_id: the user who receives the websites, and the teams that no one else owns
    :raises NotFound: there is no such account
    :raises UnknownReference: there is no user with the id ``heir_id``
    :raises LastAdmin: it is the only active administrator
    """
    ids = [user_id] if heir_id is None else [user_id, heir_id]
    # Both rows at once, in the order of their ids, so that two deletions that name each other cannot deadlock.
    found = session.scalars(
        select(User).where(User.id.in_(ids), User.deleted_at.is_(None)).order_by(User.id).with_for_update()
    )
    users = {user.id: user for user in found}
    if user_id not in users:
        raise NotFound
    if heir_id is not None and heir_id not in users:
        raise UnknownReference("transfer_to", "user")
    user = users[user_id]
    if list(admins) == [user_id]:
        raise LastAdmin(user.username, "deleted")
    _end_grants_on_teams(session, user_id)
    leave_all_teams(session, actor, user_id, heir_id=heir_id)
    for_good = user.pending or user_id == ANONYMOUS_ID or not runtime().config.restore_days
    now = None if for_good else utcnow()
    hand_on(session, actor, heir_id, user_id=user_id, marked_at=now)
    end_all(session, actor, user_id)
    events.record(session, UserDeleted(actor, user_id, user.username, heir_id))
    if for_good:
        session.delete(user)
    else:
        session.execute(update(Website).where(Website.created_by == user_id).values(created_by=None))
        user.deleted_at, user.username_key, user.email_key = now, None, None


def oldest_restorable() -> datetime:
    """Return the time since when accounts must have been deleted to be restored."""
    return utcnow() - timedelta(days=runtime().config.restore_days)


def _end_grants_on_teams(session: Unit, user_id: UUID) -> None:
    """Take away the user's grants on the websites of their teams, as when they leave a team; others can be restored."""
    theirs = select(Website.id).join(Membership, Membership.team_id == Website.team_id)
    for table in (GrantedCapability, Grant):
        ended = table.website_id.in_(theirs.where(Membership.user_id == user_id))
        session.execute(delete(table).where(table.user_id == user_id, ended))
