"""Users as holders of grants. For services that have already checked permission."""

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
    """Take away all grants and capabilities of a user who becomes, or stops being, an administrator."""
    session.execute(delete(GrantedCapability).where(GrantedCapability.user_id == user_id))
    session.execute(delete(Grant).where(Grant.user_id == user_id))


def remove_all_on_team(session: Unit, actor: Actor, user_id: UUID, team_id: UUID) -> None:
    """Take away all grants and capabilities of a user on a team's websites."""
    ended: set[UUID] = set()
    for table in (GrantedCapability, Grant):
        of_team = table.website_id.in_(select(Website.id).where(Website.team_id == team_id))
        gone = delete(table).where(table.user_id == user_id, of_team).returning(table.website_id)
        ended |= {*session.scalars(gone, execution_options={"synchronize_session": False})}
    if ended:
        events.record(session, GrantsChanged(actor, user_id, sorted(ended), None, None))


def ensure_anonymous(session: Unit) -> User:
    """
    Return the account for visitors who are not logged in; create it if it does not exist.

    :raises AnonymousTaken: another user has the name
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
