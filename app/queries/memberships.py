"""Statements about memberships in teams."""

from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Uuid, bindparam, case, select

from app.db.sql.exact import CREATED_AFTER, exactly
from app.db.sql.keyset import After
from app.db.sql.pagination import paged
from app.db.sql.query import PageQuery, Query
from app.db.sql.search import Match, like_folded
from app.db.sql.text import id_text, time_text
from app.domain.roles import TeamRole
from app.models import Membership, Team, User
from app.queries.rows import RoleInTeam

COLUMNS = (
    Membership.id.label("id"),
    Membership.team_id,
    Membership.user_id,
    Membership.role,
    Membership.created_at,
    Membership.updated_at,
)
OLDEST = (Membership.created_at, Membership.id)


class MemberRecord(NamedTuple):
    """A membership: the user, the team and the role."""

    id: UUID
    team_id: UUID
    user_id: UUID
    role: str
    created_at: datetime | None
    updated_at: datetime | None


class NamedMember(NamedTuple):
    """A membership with the username."""

    id: UUID
    team_id: UUID
    user_id: UUID
    role: str
    created_at: datetime | None
    updated_at: datetime | None
    username: str


class MemberAsText(NamedTuple):
    """A membership with the username, and with ids and times as text."""

    id: str
    team_id: str
    user_id: str
    role: str
    created_at: str | None
    updated_at: str | None
    username: str


select_role = Query(
    select(Team.id.label("id"), Membership.role)
    .outerjoin(Membership, (Membership.team_id == Team.id) & (Membership.user_id == bindparam("actor_id")))
    .where(Team.id == bindparam("team_id"), Team.deleted_at.is_(None)),
    RoleInTeam,
)
"""A living team and the actor's role in it. Values: ``team_id``, ``actor_id``."""

_living = select(*COLUMNS).join(User, User.id == Membership.user_id).where(User.deleted_at.is_(None))

select_members = Query(_living.where(Membership.team_id == bindparam("team_id")).order_by(*OLDEST), MemberRecord)
"""All members of a team, oldest membership first. Value: ``team_id``."""


@cache
def select_members_of(number: int, *, owners_only: bool = False) -> Query[MemberAsText]:
    """
    All members of some teams, or only the owners. Values: ``team_0``, ``team_1`` …, ``number`` of them.
    """
    teams = [bindparam(f"team_{index}", type_=Uuid()) for index in range(number)]
    columns: list[Any] = [
        id_text(Membership.id).label("id"),
        id_text(Membership.team_id).label("team_id"),
        id_text(Membership.user_id).label("user_id"),
        Membership.role,
        time_text(Membership.created_at).label("created_at"),
        time_text(Membership.updated_at).label("updated_at"),
        User.username,
    ]
    query = (
        select(*columns)
        .join(User, User.id == Membership.user_id)
        .where(Membership.team_id.in_(teams), User.deleted_at.is_(None))
    )
    if owners_only:
        query = query.where(Membership.role == TeamRole.OWNER.value)
    return Query(query.order_by(*OLDEST), MemberAsText)


select_member = Query(
    _living.where(Membership.team_id == bindparam("team_id"), Membership.user_id == bindparam("user_id")), MemberRecord
)

select_succession = (
    select(Membership)
    .join(User, User.id == Membership.user_id)
    .where(Membership.team_id == bindparam("team_id"), User.deleted_at.is_(None))
    .order_by(
        case(
            (Membership.role == TeamRole.OWNER.value, 0),
            (Membership.role == TeamRole.MANAGER.value, 1),
            (Membership.role == TeamRole.MEMBER.value, 2),
            else_=3,
        ),
        *OLDEST,
    )
    .limit(1)
)
"""
The membership that comes first in the line of succession: owners, then managers, then members, then view-only members,
each by age. A model object. Value: ``team_id``.
"""

select_successor = select_succession.where(Membership.user_id != bindparam("user_id"))
"""The same without ``user_id``, for when that user leaves."""


EXACT = {"exact_username": User.username_key, CREATED_AFTER: Membership.created_at}


@cache
def select_team_users(
    *, match: Match | None, few: bool, capped: bool, only: tuple[str, ...] = (), after: After | None = None
) -> PageQuery[NamedMember]:
    """A page of a team's members with their usernames, oldest membership first. Value: ``team_id``."""
    hits = (
        select(Membership.id)
        .join(User, User.id == Membership.user_id)
        .where(Membership.team_id == bindparam("team_id"), User.deleted_at.is_(None))
    )
    hits = exactly(hits, EXACT, only)
    if match:
        hits = hits.where(like_folded(User.username_key))
    order = [(Membership.created_at, False), (Membership.id, False)]
    joins = [(User, User.id == Membership.user_id)]
    columns = (*COLUMNS, User.username)
    return PageQuery(
        paged(hits, Membership.id, columns, order, joins=joins, few=few, capped=capped, keyed=True, after=after),
        NamedMember,
    )
