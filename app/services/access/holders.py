"""Users as holders of grants. For services that have already checked permission."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from app.db.reads import fetch_all
from app.db.session import Unit
from app.domain.actor import Actor
from app.domain.errors import AnonymousTaken
from app.domain.folding import fold
from app.domain.names import ANONYMOUS, ANONYMOUS_ID
from app.domain.roles import Role
from app.models import Grant, GrantedCapability, User, Website
from app.queries import grants as queries
from app.queries.grants import HeldOnWebsite
from app.services import events
from app.services.events import GrantsChanged, OldGrant


def grants_of(user_id: UUID, website_ids: Sequence[UUID]) -> list[OldGrant]:
    """Return what a user has on some websites, as it is before a change."""
    return _joined(fetch_all(queries.select_held, user_id=user_id, website_ids=website_ids))


def remove_all_of(session: Unit, actor: Actor, user_id: UUID) -> None:
    """Take away all grants and capabilities of a user who becomes, or stops being, an administrator."""
    _remove(session, actor, user_id, None)


def remove_all_on_team(session: Unit, actor: Actor, user_id: UUID, team_id: UUID) -> None:
    """Take away all grants and capabilities of a user on a team's websites."""
    _remove(session, actor, user_id, select(Website.id).where(Website.team_id == team_id))


def remove_all_on(session: Unit, actor: Actor, user_id: UUID, website_ids: Collection[UUID]) -> None:
    """Take away all grants and capabilities of a user on some websites."""
    _remove(session, actor, user_id, website_ids)


def _remove(session: Unit, actor: Actor, user_id: UUID, websites: Any | None) -> None:
    def gone(column: Any) -> Sequence[Any]:
        table = column.class_
        statement = delete(table).where(table.user_id == user_id).returning(table.website_id, column)
        if websites is not None:
            statement = statement.where(table.website_id.in_(websites))
        return session.execute(statement, execution_options={"synchronize_session": False}).all()

    held = [
        HeldOnWebsite(website_id, None, capability) for website_id, capability in gone(GrantedCapability.capability)
    ]
    held += [HeldOnWebsite(website_id, role, None) for website_id, role in gone(Grant.role)]
    ended = _joined(held)
    if ended:
        events.record(session, GrantsChanged(actor, user_id, [grant.website_id for grant in ended], ended, None, None))


def _joined(rows: Sequence[HeldOnWebsite]) -> list[OldGrant]:
    """Join rows by website. A capability can also come on top of other access than a grant."""
    roles = {row.website_id: row.role for row in rows if row.role is not None}
    named: dict[UUID, list[str]] = {row.website_id: [] for row in rows}
    for row in rows:
        if row.capability is not None:
            named[row.website_id].append(row.capability)
    return [OldGrant(website_id, roles.get(website_id), sorted(named[website_id])) for website_id in sorted(named)]


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
