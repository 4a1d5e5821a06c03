"""Statements about websites."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, bindparam, or_, select, union_all
from sqlalchemy.orm import aliased

from app.db.sql.exact import CREATED_AFTER, exactly
from app.db.sql.keyset import After
from app.db.sql.ordering import Order, by_name, nulls_least
from app.db.sql.pagination import Joins, paged
from app.db.sql.query import PageQuery, Query
from app.db.sql.search import Match, in_index, like
from app.domain.errors import SHOWN_IN_MESSAGES
from app.domain.roles import TeamRole
from app.domain.shared_views import EntityType
from app.models import Grant, Membership, Share, Team, User, Website
from app.queries.teams import COLUMNS as TEAM_COLUMNS

BY_NAME = by_name(Website.name_key, Website.name, Website.id)
MANAGING = (TeamRole.OWNER.value, TeamRole.MANAGER.value)

Creator = aliased(User, name="creator")

newest_slug = (
    select(Share.slug)
    .where(Share.entity_id == Website.id, Share.share_type == EntityType.WEBSITE.value)
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
    Website.external_id,
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


class WebsiteRecord(NamedTuple):
    """A website with its newest slug and what the actor's access to it depends on."""

    id: UUID
    name: str
    domain: str | None
    reset_at: datetime | None
    user_id: UUID | None
    team_id: UUID | None
    created_by: UUID | None
    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    replay_enabled: bool
    replay_config: dict[str, Any] | None
    external_id: str | None
    share_slug: str | None
    team_role: str | None
    grant_role: str | None


class WebsiteListed(NamedTuple):
    """A website in a list, with its newest slug."""

    id: UUID
    name: str
    domain: str | None
    reset_at: datetime | None
    user_id: UUID | None
    team_id: UUID | None
    created_by: UUID | None
    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    replay_enabled: bool
    replay_config: dict[str, Any] | None
    external_id: str | None
    share_slug: str | None


class WebsiteOfUser(NamedTuple):
    """A website in a list, with its owner."""

    id: UUID
    name: str
    domain: str | None
    reset_at: datetime | None
    user_id: UUID | None
    team_id: UUID | None
    created_by: UUID | None
    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    replay_enabled: bool
    replay_config: dict[str, Any] | None
    external_id: str | None
    share_slug: str | None
    owner_id: UUID | None
    owner_name: str | None


class WebsiteOfTeam(NamedTuple):
    """A website in a list, with the user who created it."""

    id: UUID
    name: str
    domain: str | None
    reset_at: datetime | None
    user_id: UUID | None
    team_id: UUID | None
    created_by: UUID | None
    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    replay_enabled: bool
    replay_config: dict[str, Any] | None
    external_id: str | None
    share_slug: str | None
    creator_id: UUID | None
    creator_name: str | None


class WebsiteOfAnyone(NamedTuple):
    """A website in a list, with its owner or its team."""

    id: UUID
    name: str
    domain: str | None
    reset_at: datetime | None
    user_id: UUID | None
    team_id: UUID | None
    created_by: UUID | None
    created_at: datetime | None
    updated_at: datetime | None
    deleted_at: datetime | None
    replay_enabled: bool
    replay_config: dict[str, Any] | None
    external_id: str | None
    share_slug: str | None
    owner_id: UUID | None
    owner_name: str | None
    team_name: str | None
    team_access_code: str | None
    team_logo_url: str | None
    team_created_at: datetime | None
    team_updated_at: datetime | None
    team_deleted_at: datetime | None
    team_two_factor_required: bool | None
    team_external_id: str | None


select_website = Query(
    select(*COLUMNS, team_role, grant_role).where(Website.id == bindparam("website_id"), Website.deleted_at.is_(None)),
    WebsiteRecord,
)
"""A living website, with the actor's role in its team and by direct grant. Values: ``website_id``, ``actor_id``."""

select_websites_called = Query(
    select(*COLUMNS, team_role, grant_role)
    .where(
        Website.deleted_at.is_(None),
        or_(
            Website.id == bindparam("website_id"),
            Website.name == bindparam("name"),
            Website.domain == bindparam("name"),
        ),
    )
    .limit(SHOWN_IN_MESSAGES + 1),
    WebsiteRecord,
)
"""Websites by id, name or domain. Values: ``website_id``, ``name``, ``actor_id``."""


_user_id: ColumnElement[UUID] = bindparam("user_id", type_=Uuid())
_OWNER = (User.id.label("owner_id"), User.username.label("owner_name"))
_WITH_OWNER = (User, and_(User.id == Website.user_id, User.deleted_at.is_(None)))


@cache
def select_all_websites(**how: Any) -> PageQuery[WebsiteOfAnyone]:
    """A page of all websites. See ``_listed`` for the arguments."""
    teams = [column.label(f"team_{column.key}") for column in TEAM_COLUMNS if column.key != "id"]
    joins = [_WITH_OWNER, (Team, and_(Team.id == Website.team_id, Team.deleted_at.is_(None)))]
    return PageQuery(_listed(None, [*COLUMNS, *_OWNER, *teams], joins, **how), WebsiteOfAnyone)


@cache
def select_websites_of_user(**how: Any) -> PageQuery[WebsiteOfUser]:
    """A page of a user's own websites. Value: ``user_id``."""
    listed = _listed(Website.user_id == _user_id, [*COLUMNS, *_OWNER], [_WITH_OWNER], **how)
    return PageQuery(listed, WebsiteOfUser)


@cache
def select_websites_of_user_and_teams(**how: Any) -> PageQuery[WebsiteListed]:
    """A page of a user's own websites and those of teams that the user owns or manages. Value: ``user_id``."""
    managed = (
        select(Membership.team_id)
        .join(Team, Team.id == Membership.team_id)
        .where(
            Membership.user_id == _user_id,
            or_(*[Membership.role == role for role in MANAGING]),
            Team.deleted_at.is_(None),
        )
    )
    # A union of two index scans, since an OR would scan the whole table.
    own = select(Website.id).where(Website.user_id == _user_id)
    whose = Website.id.in_(union_all(own, select(Website.id).where(Website.team_id.in_(managed))))
    return PageQuery(_listed(whose, COLUMNS, [], **how), WebsiteListed)


@cache
def select_websites_of_team(**how: Any) -> PageQuery[WebsiteOfTeam]:
    """A page of a team's websites. Value: ``team_id``."""
    columns = [*COLUMNS, Creator.id.label("creator_id"), Creator.username.label("creator_name")]
    joins = [(Creator, and_(Creator.id == Website.created_by, Creator.deleted_at.is_(None)))]
    return PageQuery(_listed(Website.team_id == bindparam("team_id"), columns, joins, **how), WebsiteOfTeam)


EXACT = {
    "exact_external_id": Website.external_id,
    "exact_name": Website.name,
    "exact_domain": Website.domain,
    CREATED_AFTER: Website.created_at,
}


def _sorted(sort: str, *, descending: bool) -> Order:
    if sort == "name":
        return by_name(Website.name_key, Website.name, Website.id, descending=descending)
    if sort == "domain":
        return [*nulls_least(Website.domain, descending=descending), (Website.id, False)]
    return [(Website.created_at, descending), (Website.id, False)]


def _listed(
    whose: ColumnElement[bool] | None,
    columns: Sequence[Any],
    joins: Joins,
    *,
    match: Match | None,
    few: bool,
    sort: str,
    descending: bool,
    capped: bool,
    only: tuple[str, ...] = (),
    after: After | None = None,
) -> Select[Any]:
    """A page of living websites. ``only`` has the parameters of exact filters; see ``EXACT``."""
    hits = exactly(select(Website.id).where(Website.deleted_at.is_(None)), EXACT, only)
    if whose is not None:
        hits = hits.where(whose)
    if match is Match.PATTERN:
        hits = hits.where(or_(like(Website.name), like(Website.domain)))
    elif match is Match.PHRASE:
        hits = hits.where(in_index(Website.id, "search_website"))
    order = _sorted(sort, descending=descending)
    return paged(hits, Website.id, columns, order, joins=joins, few=few, capped=capped, keyed=True, after=after)
