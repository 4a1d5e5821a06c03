"""Statements about websites."""

from enum import StrEnum
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, bindparam, or_, select, union_all
from sqlalchemy.orm import aliased

from app.db.sql.pagination import paged
from app.db.sql.search import Match, in_index, like
from app.domain.roles import TeamRole
from app.models import Grant, Membership, Share, Team, User, Website
from app.queries.teams import COLUMNS as TEAM_COLUMNS

SORTS = {"name": Website.name, "domain": Website.domain, "created_at": Website.created_at}
MANAGING = (TeamRole.OWNER.value, TeamRole.MANAGER.value)

Creator = aliased(User, name="creator")

newest_slug = (
    select(Share.slug)
    .where(Share.entity_id == Website.id)
    .order_by(Share.created_at.desc(), Share.id.desc())
    .limit(1)
    .correlate(Website)
    .scalar_subquery()
    .label("share_slug")
)

BARE = (
    Website.id.label("id"),
    Website.name,
    Website.domain,
    Website.reset_at,
    Website.user_id,
    Website.team_id,
    Website.created_by,
    Website.created_at,
    Website.updated_at,
    Website.deleted_at,
    Website.replay_enabled,
    Website.replay_config,
)
COLUMNS = (*BARE, newest_slug)

team_role = (
    select(Membership.role)
    .join(Team, Team.id == Membership.team_id)
    .where(
        Membership.team_id == Website.team_id,
        Membership.user_id == bindparam("actor_id"),
        Team.deleted_at.is_(None),
    )
    .correlate(Website)
    .scalar_subquery()
    .label("team_role")
)

grant_role = (
    select(Grant.role)
    .where(Grant.website_id == Website.id, Grant.user_id == bindparam("actor_id"))
    .correlate(Website)
    .scalar_subquery()
    .label("grant_role")
)

select_website = select(*COLUMNS, team_role, grant_role).where(
    Website.id == bindparam("website_id"), Website.deleted_at.is_(None)
)
"""A living website, with the actor's role in its team and by direct grant. Values: ``website_id``, ``actor_id``."""

select_websites_called = (
    select(*COLUMNS, team_role, grant_role)
    .where(
        Website.deleted_at.is_(None),
        or_(
            Website.id == bindparam("website_id"),
            Website.name == bindparam("name"),
            Website.domain == bindparam("name"),
        ),
    )
    .limit(2)
)
"""Up to two websites of an id, name or domain. Values: ``website_id``, ``name``, ``actor_id``."""


class ListScope(StrEnum):
    """Whose websites a list shows."""

    EVERYBODY = "everybody"
    USER = "user"
    USER_AND_TEAMS = "user-and-teams"
    TEAM = "team"


def _whose(of: ListScope) -> ColumnElement[bool]:
    user_id: ColumnElement[UUID] = bindparam("user_id", type_=Uuid())
    if of is ListScope.USER:
        return Website.user_id == user_id
    if of is ListScope.TEAM:
        return Website.team_id == bindparam("team_id")
    managed = (
        select(Membership.team_id)
        .join(Team, Team.id == Membership.team_id)
        .where(
            Membership.user_id == user_id,
            or_(*[Membership.role == role for role in MANAGING]),
            Team.deleted_at.is_(None),
        )
    )
    # Two walks over an index each; an OR would walk the whole table.
    own = select(Website.id).where(Website.user_id == user_id)
    return Website.id.in_(union_all(own, select(Website.id).where(Website.team_id.in_(managed))))


@cache
def select_websites(
    of: ListScope, *, match: Match | None, few: bool, sort: str, descending: bool, capped: bool
) -> Select[Any]:
    """
    A page of living websites. Values: ``user_id`` or ``team_id``, as ``of`` asks.

    Rows carry the owner (``owner_id``, ``owner_name``), for a team's list the creator
    (``creator_id``, ``creator_name``), for everybody's the team (``team_…``).
    """
    hits = select(Website.id).where(Website.deleted_at.is_(None))
    if of is not ListScope.EVERYBODY:
        hits = hits.where(_whose(of))
    if match is Match.PATTERN:
        hits = hits.where(or_(like(Website.name), like(Website.domain)))
    elif match is Match.PHRASE:
        hits = hits.where(in_index(Website.id, "search_website"))
    columns: list[Any] = [*COLUMNS]
    joins: list[Any] = []
    if of in (ListScope.EVERYBODY, ListScope.USER):
        columns += [User.id.label("owner_id"), User.username.label("owner_name")]
        joins.append((User, and_(User.id == Website.user_id, User.deleted_at.is_(None))))
    if of is ListScope.TEAM:
        columns += [Creator.id.label("creator_id"), Creator.username.label("creator_name")]
        joins.append((Creator, and_(Creator.id == Website.created_by, Creator.deleted_at.is_(None))))
    if of is ListScope.EVERYBODY:
        columns += [column.label(f"team_{column.key}") for column in TEAM_COLUMNS if column.key != "id"]
        joins.append((Team, and_(Team.id == Website.team_id, Team.deleted_at.is_(None))))
    return paged(
        hits,
        Website.id,
        columns,
        [(SORTS[sort], descending), (Website.id, False)],
        joins=joins,
        few=few,
        capped=capped,
    )
