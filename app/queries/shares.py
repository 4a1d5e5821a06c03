"""Statements about public links."""

from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, select

from app.db.sql.pagination import paged
from app.db.sql.query import PageQuery, Query
from app.domain.shared_views import EntityType
from app.models import Share, Website
from app.queries.websites import grant_role, team_role

COLUMNS = (
    Share.id.label("id"),
    Share.entity_id,
    Share.name,
    Share.share_type,
    Share.slug,
    Share.parameters,
    Share.created_at,
    Share.updated_at,
)


class ShareRecord(NamedTuple):
    """A public link."""

    id: UUID
    entity_id: UUID
    name: str
    share_type: int
    slug: str
    parameters: dict[str, Any]
    created_at: datetime | None
    updated_at: datetime | None


class ShareOfWebsite(NamedTuple):
    """A public link, with what access to its website depends on."""

    id: UUID
    entity_id: UUID
    name: str
    share_type: int
    slug: str
    parameters: dict[str, Any]
    created_at: datetime | None
    updated_at: datetime | None
    website_id: UUID
    user_id: UUID | None
    team_id: UUID | None
    team_role: str | None
    grant_role: str | None


select_share = Query(
    select(*COLUMNS, Website.id.label("website_id"), Website.user_id, Website.team_id, team_role, grant_role)
    .join(Website, Website.id == Share.entity_id)
    .where(Share.id == bindparam("share_id"), Website.deleted_at.is_(None)),
    ShareOfWebsite,
)
"""A share of a living website, with the actor's roles there. Values: ``share_id``, ``actor_id``."""

_public = (
    select(*COLUMNS)
    .join(Website, Website.id == Share.entity_id)
    .where(Share.share_type == EntityType.WEBSITE.value, Website.deleted_at.is_(None))
)
select_share_by_slug = Query(_public.where(Share.slug == bindparam("slug")), ShareRecord)
select_share_by_token = Query(_public.where(Share.id == bindparam("share_id")), ShareRecord)


@cache
def select_shares(*, one: bool, capped: bool) -> PageQuery[ShareRecord]:
    """
    A page of a website's shares, newest first. Values: ``website_id``, and ``share_id`` with ``one``.

    :param one: only the share with this id
    """
    hits = select(Share.id).where(Share.entity_id == bindparam("website_id"))
    if one:
        hits = hits.where(Share.id == bindparam("share_id"))
    order = [(Share.created_at, True), (Share.id, True)]
    return PageQuery(paged(hits, Share.id, COLUMNS, order, capped=capped), ShareRecord)
