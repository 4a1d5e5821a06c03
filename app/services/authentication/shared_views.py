"""What public links show: websites, and on a database of Umami's its links, pixels and boards too."""

from typing import Any
from uuid import UUID

import orjson

from app.db.reads import fetch_all, fetch_one
from app.db.sql.query import Query
from app.domain.shared_views import SharedView, named_on_board
from app.queries import shares as queries
from app.queries import umami_shares
from app.queries.shares import ShareRecord
from app.queries.umami_shares import PublicShare
from app.runtime import runtime


def view_of_token(share_token: str) -> SharedView | None:
    """Return what a share token gives access to; None if it is not valid, or its share is gone."""
    share_id = runtime().share_tokens.read(share_token)
    if share_id is None:
        return None
    return _view(queries.select_share_by_token, umami_shares.select_public_by_id, share_id=share_id)


def view_of_slug(slug: str) -> SharedView | None:
    """Return what a public link shows; None if there is no such link, or what it showed is gone."""
    return _view(queries.select_share_by_slug, umami_shares.select_public_by_slug, slug=slug)


def is_umamis_database() -> bool:
    """Whether the database was adopted from Umami, so that it has links, pixels and boards."""
    return fetch_one(umami_shares.select_adoption) is not None


def _view(of_website: Query[ShareRecord], of_other: Query[PublicShare], **values: Any) -> SharedView | None:
    row = fetch_one(of_website, **values)
    if row is not None:
        return SharedView(row.id, row.entity_id, row.share_type, row.parameters, slug=row.slug)
    other = fetch_one(of_other, **values) if is_umamis_database() else None
    if other is None:
        return None
    named = named_on_board(_parsed(other.board))
    visible = _visible([entity_id for _, entity_id in named], other.user_id, other.team_id)
    shown = [(kind, entity_id) for kind, entity_id in named if (kind, entity_id) in visible]
    return SharedView(other.id, other.entity_id, other.share_type, other.parameters, shown, other.slug)


def _parsed(board: str | None) -> Any:
    try:
        return None if board is None else orjson.loads(board)
    except orjson.JSONDecodeError:
        return None  # nested too deeply to be a board's contents


def _visible(entity_ids: list[UUID], user_id: UUID | None, team_id: UUID | None) -> set[tuple[int, UUID]]:
    """What the owner of a board can see of it: Umami lets users put anything on their boards whose id they know."""
    if not entity_ids:
        return set()
    found = fetch_all(umami_shares.select_visible, entity_ids=entity_ids, user_id=user_id, team_id=team_id)
    return {(row.type, row.id) for row in found}
