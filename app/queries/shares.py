"""Statements about public links."""

from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select

from app.db.sql.pagination import paged
from app.models import WEBSITE_SHARE, Share, Website
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

select_share = (
    select(*COLUMNS, Website.id.label("website_id"), Website.user_id, Website.team_id, team_role, grant_role)
    .join(Website, Website.id == Share.entity_id)
    .where(Share.id == bindparam("share_id"), Website.deleted_at.is_(None))
)
"""A share of a living website, with what rights on it depend on. Values: ``share_id``, ``actor_id``."""

_public = (
    select(*COLUMNS)
    .join(Website, Website.id == Share.entity_id)
    .where(Share.share_type == WEBSITE_SHARE, Website.deleted_at.is_(None))
)
select_share_by_slug = _public.where(Share.slug == bindparam("slug"))
select_share_by_token = _public.where(Share.id == bindparam("share_id"))


@cache
def select_shares(*, one: bool, capped: bool) -> Select[Any]:
    """A page of a website's shares, newest first, or the one alone. Values: ``website_id``, ``share_id``."""
    hits = select(Share.id).where(Share.entity_id == bindparam("website_id"))
    if one:
        hits = hits.where(Share.id == bindparam("share_id"))
    return paged(hits, Share.id, COLUMNS, [(Share.created_at, True), (Share.id, True)], capped=capped)
