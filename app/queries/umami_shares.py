"""
Statements about public links to what only Umami has: links, pixels and boards.

The tables exist only where the database is Umami's (``select_adoption``).
"""

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    FromClause,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    cast,
    column,
    literal,
    null,
    or_,
    select,
    table,
    union_all,
)

from app.db.sql.query import Query
from app.domain.roles import Role
from app.domain.shared_views import EntityType
from app.models import Adoption, Grant, Membership, Share, Team, User, Website
from app.queries.shares import COLUMNS, ShareOfWebsite


class AdoptedRelease(NamedTuple):
    """The release of Umami whose database this is."""

    umami_release: str


class PublicShare(NamedTuple):
    """A public link, with owner and contents if it shows a board."""

    id: UUID
    entity_id: UUID
    share_type: int
    slug: str
    parameters: dict[str, Any]
    user_id: UUID | None
    team_id: UUID | None
    board: str | None
    """Contents of a board, as JSON that may be nested as deeply as its owner likes."""


class OwnedEntity(NamedTuple):
    """A link, pixel or board, with what access to it depends on."""

    id: UUID
    user_id: UUID | None
    team_id: UUID | None
    team_role: str | None
    grant_role: str | None


class Visible(NamedTuple):
    """A website, link or pixel."""

    id: UUID
    type: int


def _all(kind: EntityType) -> Select[Any]:
    """
    All websites, links, pixels or boards, even deleted ones.

    PostgreSQL uses the indexes of a table in a UNION ALL that is joined only if its SELECT has no WHERE.
    """
    name = kind.name.lower()
    is_board = kind is EntityType.BOARD
    columns = [column(f"{name}_id", Uuid()), column("user_id", Uuid()), column("team_id", Uuid())]
    more = [column("parameters")] if is_board else [column("deleted_at", DateTime())]
    source = table(name, *columns, *more)
    entity_id, user_id, team_id = (source.c[each.name] for each in columns)
    return select(
        entity_id.label("id"),
        literal(int(kind)).label("type"),
        user_id,
        team_id,
        cast(source.c.parameters if is_board else null(), Text).label("board"),
        (cast(null(), DateTime(timezone=True)) if is_board else source.c.deleted_at).label("deleted_at"),
    )


def _is_shown(entity: FromClause, *websites: ColumnElement[bool]) -> ColumnElement[bool]:
    """
    Whether it exists, and is what it seems.

    Umami lets users choose the ids of links and pixels. Statistics belong to an id alone, so a link with the id of
    another user's website would publish that website's.

    :param websites: conditions that PostgreSQL can use to read few websites for many ids
    """
    is_website = select(Website.id).where(Website.id == entity.c.id, *websites).exists()
    return and_(entity.c.deleted_at.is_(None), or_(entity.c.type == EntityType.WEBSITE.value, ~is_website))


_other = union_all(*map(_all, (EntityType.LINK, EntityType.PIXEL, EntityType.BOARD))).subquery("entity")
_of_entity = and_(_other.c.id == Share.entity_id, _other.c.type == Share.share_type, _is_shown(_other))
_team_role = (
    select(Membership.role)
    .join(Team, Team.id == Membership.team_id)
    .where(
        Membership.team_id == _other.c.team_id,
        Membership.user_id == bindparam("actor_id", type_=Uuid()),
        Team.deleted_at.is_(None),
    )
    .scalar_subquery()
    .label("team_role")
)
_access = (_other.c.user_id, _other.c.team_id, _team_role, null().label("grant_role"))

select_adoption = Query(select(Adoption.umami_release).where(Adoption.finished_at.is_not(None)), AdoptedRelease)
"""Whether the database is Umami's, and has its tables."""

select_entity = Query(
    select(_other.c.id, *_access).where(
        _other.c.id == bindparam("entity_id", type_=Uuid()),
        _other.c.type == bindparam("entity_type"),
        _is_shown(_other),
    ),
    OwnedEntity,
)
"""A link, pixel or board, with the actor's role in its team. Values: ``entity_id``, ``entity_type``, ``actor_id``."""

select_share = Query(
    select(*COLUMNS, _other.c.id.label("website_id"), *_access)
    .join(_other, _of_entity)
    .where(Share.id == bindparam("share_id", type_=Uuid())),
    ShareOfWebsite,
)
"""A public link to a link, pixel or board. Values: ``share_id``, ``actor_id``."""

_shared = (Share.id.label("id"), Share.entity_id, Share.share_type, Share.slug, Share.parameters)
_public = select(*_shared, _other.c.user_id, _other.c.team_id, _other.c.board).join(_other, _of_entity)
select_public_by_slug = Query(_public.where(Share.slug == bindparam("slug")), PublicShare)
select_public_by_id = Query(_public.where(Share.id == bindparam("share_id", type_=Uuid())), PublicShare)

_owner_id, _team_id = bindparam("user_id", type_=Uuid()), bindparam("team_id", type_=Uuid())
_shown = union_all(*map(_all, (EntityType.WEBSITE, EntityType.LINK, EntityType.PIXEL))).subquery("shown")
_teams_of_owner = (
    select(Membership.team_id)
    .join(Team, Team.id == Membership.team_id)
    .where(Membership.user_id == _owner_id, Team.deleted_at.is_(None))
)
_owner = select(User.id).where(User.id == _owner_id, User.deleted_at.is_(None), User.disabled_at.is_(None))
_entity_ids = bindparam("entity_ids", type_=Uuid(), expanding=True)
select_visible = Query(
    select(_shown.c.id, _shown.c.type).where(
        _shown.c.id.in_(_entity_ids),
        _is_shown(_shown, Website.id.in_(_entity_ids)),
        or_(
            _shown.c.team_id == _team_id,
            _shown.c.user_id == _owner_id,
            and_(_shown.c.team_id.in_(_teams_of_owner), _owner.exists()),
            and_(_shown.c.id.in_(select(Grant.website_id).where(Grant.user_id == _owner_id)), _owner.exists()),
            _owner.where(User.role == Role.ADMIN.value).exists(),
        ),
    ),
    Visible,
)
"""
Which of some websites, links and pixels the owner of a board can see; those of others only as long as the owner can log
in. Values: ``entity_ids``, and ``user_id`` and ``team_id`` of the board, one of them None.
"""
