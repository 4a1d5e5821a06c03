"""What happens to websites whose owner is deleted. For services that have already checked permission."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, update

from app.db.session import Unit
from app.domain.actor import Actor
from app.models import Website
from app.services import events
from app.services.events import WebsiteDeleted, WebsiteTransferred


def hand_on(
    session: Unit,
    actor: Actor,
    heir_id: UUID | None,
    *,
    user_id: UUID | None = None,
    team_id: UUID | None = None,
    marked_at: datetime | None = None,
) -> None:
    """
    Give the websites of a user or a team to the heir, or delete them if there is none.

    :param marked_at: only mark them as deleted then, so that they can be restored
    """
    owned = Website.team_id == team_id if user_id is None else Website.user_id == user_id
    unsynchronized = {"synchronize_session": False}
    if heir_id is None:
        marked = update(Website).where(owned, Website.deleted_at.is_(None)).values(deleted_at=marked_at)
        gone = (delete(Website).where(owned) if marked_at is None else marked).returning(Website.id, Website.name)
        for row in session.execute(gone, execution_options=unsynchronized).all():
            events.record(session, WebsiteDeleted(actor, row.id, row.name))
        return
    moved = update(Website).where(owned).values(user_id=heir_id, team_id=None).returning(Website.id, Website.name)
    for row in session.execute(moved, execution_options=unsynchronized).all():
        events.record(session, WebsiteTransferred(actor, row.id, row.name, user_id, team_id, heir_id, None))
