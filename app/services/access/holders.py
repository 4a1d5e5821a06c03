"""Users as holders of direct rights; for services, which have asked for permission."""

from uuid import UUID

from sqlalchemy import delete, select

from app.db.session import Unit
from app.domain.actor import Actor
from app.domain.errors import AnonymousTaken
from app.domain.folding import fold
from app.domain.roles import Role
from app.models import ANONYMOUS_ID, Grant, GrantedCapability, User, Website
from app.queries import grants as queries
from app.services import events
from app.services.events import GrantsChanged

ANONYMOUS = "anonymous"


def remove_all_of(session: Unit, user_id: UUID) -> None:
    """Take away all direct rights of a user, who becomes or ceases to be an administrator."""
    session.execute(delete(GrantedCapability).where(GrantedCapability.user_id == user_id))
    session.execute(delete(Grant).where(Grant.user_id == user_id))


def remove_all_on_team(session: Unit, actor: Actor, user_id: UUID, team_id: UUID) -> None:
    """Take away all direct rights of a user on the websites of a team."""
    ended: set[UUID] = set()
    for table in (GrantedCapability, Grant):
        of_team = table.website_id.in_(select(Website.id).where(Website.team_id == team_id))
        gone = delete(table).where(table.user_id == user_id, of_team).returning(table.website_id)
        ended |= {*session.scalars(gone, execution_options={"synchronize_session": False})}
    if ended:
        events.record(session, GrantsChanged(actor, user_id, sorted(ended), None, None))


def ensure_anonymous(session: Unit) -> User:
    """
    The account that stands for those who are not logged in, made where it is missing.

    :raises AnonymousTaken: the name is somebody's
    """
    account = {
        "user_id": ANONYMOUS_ID,
        "username": ANONYMOUS,
        "username_key": fold(ANONYMOUS),
        "password": "",
        "role": Role.VIEW_ONLY.value,
    }
    session.execute(queries.add_account(session.get_bind().dialect.name), account)
    made = session.get(User, ANONYMOUS_ID, with_for_update={"key_share": True})
    if made is None:
        raise AnonymousTaken
    return made
