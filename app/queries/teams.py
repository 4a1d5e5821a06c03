"""Statements about teams."""

from datetime import datetime
from functools import cache
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, func, or_, select

from app.db.sql.exact import CREATED_AFTER, exactly
from app.db.sql.keyset import After
from app.db.sql.ordering import Order, by_name
from app.db.sql.pagination import paged
from app.db.sql.query import PageQuery, Query
from app.db.sql.search import Match, in_index, like
from app.domain.errors import SHOWN_IN_MESSAGES
from app.models import Membership, Team, User, Website
from app.queries.rows import Id

COLUMNS = (
    Team.id.label("id"),
    Team.name,
    Team.access_code,
    Team.logo_url,
    Team.created_at,
    Team.updated_at,
    Team.deleted_at,
    Team.two_factor_required,
    Team.external_id,
)

own_role = (
    select(Membership.role)
    .where(Membership.team_id == Team.id, Membership.user_id == bindparam("actor_id"))
    .correlate(Team)
    .scalar_subquery()
    .label("own_role")
)
"""The actor's role in the team of the row; null if the actor is not a member. Value: ``actor_id``."""

living_websites = (
    select(func.count())
    .select_from(Website)
    .where(Website.team_id == Team.id, Website.deleted_at.is_(None))
    .correlate(Team)
    .scalar_subquery()
    .label("website_count")
)
living_members = (
    select(func.count())
    .select_from(Membership)
    .join(User, User.id == Membership.user_id)
    .where(Membership.team_id == Team.id, User.deleted_at.is_(None))
    .correlate(Team)
    .scalar_subquery()
    .label("member_count")
)


class TeamRecord(NamedTuple):
    """A team."""

    id: UUID
    name: str
    access_code: str | None
    logo_url: str | None
    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    two_factor_required: bool
    external_id: str | None


class TeamOfActor(NamedTuple):
    """A team and the actor's role in it."""

    id: UUID
    name: str
    access_code: str | None
    logo_url: str | None
    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    two_factor_required: bool
    external_id: str | None
    own_role: str | None


class TeamListed(NamedTuple):
    """A team in a list, with the actor's role in it and the numbers of its websites and members."""

    id: UUID
    name: str
    access_code: str | None
    logo_url: str | None
    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    two_factor_required: bool
    external_id: str | None
    own_role: str | None
    website_count: int
    member_count: int


class BriefTeam(NamedTuple):
    """A team as shown with a user's own data."""

    id: UUID
    name: str
    logo_url: str | None


select_team = Query(
    select(*COLUMNS, own_role).where(Team.id == bindparam("team_id"), Team.deleted_at.is_(None)), TeamOfActor
)
"""Values: ``team_id``, ``actor_id``."""

select_teams_called = Query(
    select(*COLUMNS)
    .where(Team.deleted_at.is_(None), or_(Team.id == bindparam("team_id"), Team.name == bindparam("name")))
    .limit(SHOWN_IN_MESSAGES + 1),
    TeamRecord,
)
"""Teams by id or name. Values: ``team_id``, ``name``."""

select_team_by_code = Query(
    select(Team.id.label("id")).where(Team.access_code == bindparam("access_code"), Team.deleted_at.is_(None)), Id
)

select_brief_teams = Query(
    select(Team.id.label("id"), Team.name, Team.logo_url)
    .join(Membership, Membership.team_id == Team.id)
    .where(Membership.user_id == bindparam("user_id"), Team.deleted_at.is_(None))
    .order_by(Team.created_at, Team.id),
    BriefTeam,
)
"""The teams of a user, as a login returns them. Value: ``user_id``."""


def _sorted(sort: str, *, descending: bool) -> Order:
    if sort == "name":
        return by_name(Team.name_key, Team.name, Team.id, descending=descending)
    return [(Team.created_at, descending), (Team.id, False)]


EXACT = {"exact_external_id": Team.external_id, "exact_name": Team.name, CREATED_AFTER: Team.created_at}


@cache
def select_teams(
    *,
    of_user: bool,
    match: Match | None,
    few: bool,
    sort: str,
    descending: bool,
    capped: bool,
    only: tuple[str, ...] = (),
    after: After | None = None,
) -> PageQuery[TeamListed]:
    """
    A page of all teams, or of ``user_id``'s teams. Use ``select_members_of`` for their members.

    :param only: the parameters of exact filters; see ``EXACT``
    """
    hits = exactly(select(Team.id).where(Team.deleted_at.is_(None)), EXACT, only)
    if of_user:
        hits = hits.join(Membership, Membership.team_id == Team.id).where(Membership.user_id == bindparam("user_id"))
    if match is Match.PATTERN:
        hits = hits.where(like(Team.name))
    elif match is Match.PHRASE:
        hits = hits.where(in_index(Team.id, "search_team"))
    columns = (*COLUMNS, own_role, living_websites, living_members)
    order = _sorted(sort, descending=descending)
    return PageQuery(paged(hits, Team.id, columns, order, few=few, capped=capped, keyed=True, after=after), TeamListed)
