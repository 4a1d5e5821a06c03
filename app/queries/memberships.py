"""Statements about who is in which team."""

from functools import cache
from typing import Any

from sqlalchemy import Select, Uuid, bindparam, case, select

from app.db.sql.pagination import paged
from app.db.sql.search import Match, like_folded
from app.db.sql.text import id_text, time_text
from app.domain.roles import TeamRole
from app.models import Membership, Team, User

COLUMNS = (
    Membership.id.label("id"),
    Membership.team_id,
    Membership.user_id,
    Membership.role,
    Membership.created_at,
    Membership.updated_at,
)
OLDEST = (Membership.created_at, Membership.id)

select_role = (
    select(Team.id.label("id"), Membership.role)
    .outerjoin(Membership, (Membership.team_id == Team.id) & (Membership.user_id == bindparam("actor_id")))
    .where(Team.id == bindparam("team_id"), Team.deleted_at.is_(None))
)
"""A living team and the actor's role in it. Values: ``team_id``, ``actor_id``."""

_living = select(*COLUMNS).join(User, User.id == Membership.user_id).where(User.deleted_at.is_(None))

select_members = _living.where(Membership.team_id == bindparam("team_id")).order_by(*OLDEST)
"""Everybody in a team, longest-standing first. Value: ``team_id``."""


@cache
def select_members_of(number: int, *, owners_only: bool = False) -> Select[Any]:
    """
    Everybody in some teams, or their owners; ids and times come as text. Values: ``team_0`` and so on, ``number`` of
    them.
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
    return query.order_by(*OLDEST)


select_member = _living.where(Membership.team_id == bindparam("team_id"), Membership.user_id == bindparam("user_id"))

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
"""Who comes first in a team: owner, manager, member, each by standing (W9). An entity. Value: ``team_id``."""

select_successor = select_succession.where(Membership.user_id != bindparam("user_id"))
"""The same when ``user_id`` goes."""


@cache
def select_team_users(*, match: Match | None, few: bool, capped: bool) -> Select[Any]:
    """A page of a team's members with their names, longest-standing first. Value: ``team_id``."""
    hits = (
        select(Membership.id)
        .join(User, User.id == Membership.user_id)
        .where(Membership.team_id == bindparam("team_id"), User.deleted_at.is_(None))
    )
    if match:
        hits = hits.where(like_folded(User.username_key))
    return paged(
        hits,
        Membership.id,
        (*COLUMNS, User.username),
        [(Membership.created_at, False), (Membership.id, False)],
        joins=[(User, User.id == Membership.user_id)],
        few=few,
        capped=capped,
    )
