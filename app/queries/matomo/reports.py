"""Statements for reports of which user has which access to which website, identified by number."""

from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    FromClause,
    Select,
    String,
    Uuid,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
    union_all,
)

from app.db.sql.pagination import paged
from app.db.sql.query import PageQuery, Query
from app.db.sql.search import like
from app.db.sql.string_agg import comma_joined
from app.domain.roles import RANKS, AccessFilter, SiteRole
from app.models import IS_ADMIN, GrantedCapability, User, Website, WebsiteNumber, WebsiteProfile
from app.queries.access import of_user, on_website, rights
from app.queries.matomo.people import administered

BY_NAME = [(Website.name_key, False), (Website.name, False), (WebsiteNumber.number, False)]


class SiteOfUser(NamedTuple):
    """A website with a user's access; past the end of the list, one row with only ``total`` and ``has_some``."""

    total: int
    id: UUID | None
    number: int | None
    name: str | None
    rank: int | None
    """None means no access."""
    capabilities: str | None
    """Joined by commas."""
    has_some: bool
    """Whether the user has access to any website."""


class Entry(NamedTuple):
    """A role or a capability of a user on a website."""

    id: int
    number: int
    kind: int
    """0 for a role, 1 for a capability."""
    access: str


class AdminEntry(NamedTuple):
    """The access of administrators to a website."""

    id: int
    number: int
    access: str


class RoleOnSite(NamedTuple):
    """A user's access level on a website."""

    username: str
    rank: int


class SiteWith(NamedTuple):
    """A user and the number of a website."""

    username: str
    number: int


@cache
def select_sites_of_user(*, own_only: bool, searched: bool, has: AccessFilter | SiteRole | None) -> Query[SiteOfUser]:
    """
    Select a page of websites, by name, with the access of the user ``user_id``. ``probe`` must exceed any count.

    :param own_only: only websites that ``actor_id`` administers
    :param searched: only websites with ``search``, a pattern, in the name, the main URL or the group
    :param has: only websites on which the user has this access
    """
    source = Website.__table__.join(WebsiteNumber, WebsiteNumber.website_id == Website.id)
    here = None if has is None else rights(of_user)
    if here is not None:
        source = source.outerjoin(here, here.c.website_id == Website.id)
    hits = select(Website.id).select_from(source).where(Website.deleted_at.is_(None))
    if own_only:
        hits = hits.where(Website.id.in_(administered()))
    if searched:
        hits = hits.where(or_(like(Website.name), _has_address(), _in_profile()))
    if has is not None and here is not None:
        hits = hits.where(_has(has, here))
    shown, anywhere = rights(of_user), rights(of_user)
    columns = [
        Website.id.label("id"),
        WebsiteNumber.number,
        Website.name,
        shown.c.rank,
        _capabilities().label("capabilities"),
        exists(select(literal_column("1")).select_from(anywhere)).label("has_some"),
    ]
    joins: list[tuple[Any, ColumnElement[bool]]] = [
        (WebsiteNumber, WebsiteNumber.website_id == Website.id),
        (shown, shown.c.website_id == Website.id),
    ]
    few = own_only or searched or has is not None
    return Query(paged(hits, Website.id, columns, BY_NAME, joins=joins, few=few), SiteOfUser)


def _has_address() -> ColumnElement[bool]:
    address: Any = literal_column("'http://'", String()) + Website.domain
    matches: ColumnElement[bool] = address.ilike(bindparam("search"), escape="\\")
    return matches


def _in_profile() -> ColumnElement[bool]:
    texts: list[Any] = [WebsiteProfile.urls[0].as_string(), WebsiteProfile.settings["group"].as_string()]
    found = or_(*[text.ilike(bindparam("search"), escape="\\") for text in texts])
    return exists().where(WebsiteProfile.website_id == Website.id, found)


def _has(has: AccessFilter | SiteRole, here: FromClause) -> ColumnElement[bool]:
    if has is AccessFilter.NOTHING:
        return here.c.rank.is_(None)
    if isinstance(has, SiteRole):
        return here.c.rank == RANKS[has]
    if has is AccessFilter.CAPABILITY:
        explicit = exists().where(
            GrantedCapability.user_id == bindparam("user_id"),
            GrantedCapability.website_id == Website.id,
            GrantedCapability.capability == bindparam("capability"),
        )
        return and_(here.c.rank.is_not(None), explicit)
    # The service rejects administrators, who have access to everything, so that filter matches no website.
    return here.c.rank.is_not(None) if has is AccessFilter.SOMETHING else false()


def _capabilities() -> Any:
    return (
        select(comma_joined(GrantedCapability.capability))
        .where(GrantedCapability.user_id == bindparam("user_id"), GrantedCapability.website_id == Website.id)
        .correlate(Website)
        .scalar_subquery()
    )


def _entries() -> CompoundSelect[Any]:
    """Select the roles and capabilities of a user, an entry for each. Value: ``user_id``."""
    here, beside = rights(of_user), rights(of_user)
    named = case(*[(here.c.rank == rank, role.value) for role, rank in RANKS.items()])
    roles = select(WebsiteNumber.number, literal_column("0").label("kind"), named.label("access")).join(
        here, here.c.website_id == WebsiteNumber.website_id
    )
    capabilities: Any = (
        select(WebsiteNumber.number, literal_column("1"), GrantedCapability.capability)
        .join(beside, beside.c.website_id == WebsiteNumber.website_id)
        .join(GrantedCapability, GrantedCapability.website_id == beside.c.website_id)
        .where(GrantedCapability.user_id == bindparam("user_id", type_=Uuid()))
    )
    return union_all(roles, capabilities)


def _cut(entries: FromClause, order: list[Any]) -> Select[Any]:
    """
    Select a page of entries. Every row has ``total``; past the end there is one row whose ``number`` is null.

    Values: ``offset``, ``limit``.
    """
    total = select(func.count().label("total")).select_from(entries).cte("total")
    limit, offset = bindparam("limit", type_=BigInteger), bindparam("offset", type_=BigInteger)
    page = select(entries).order_by(*order).limit(limit).offset(offset).subquery("page")
    columns = [page.c.number.label("id"), *page.c]
    return (
        select(total.c.total, *columns)
        .select_from(total.outerjoin(page, true()))
        .order_by(*[page.c[column.name] for column in order])
    )


_all_entries = _entries().cte("entries")
select_access_of_user = PageQuery(
    _cut(_all_entries, [_all_entries.c.number, _all_entries.c.kind, _all_entries.c.access]), Entry
)
"""A page of a user's access: an entry for each role and each additional capability. Value: ``user_id``."""

_numbers = (
    select(WebsiteNumber.number, literal_column(f"'{SiteRole.ADMIN}'", String()).label("access"))
    .join(Website, Website.id == WebsiteNumber.website_id)
    .where(Website.deleted_at.is_(None))
    .subquery("numbers")
)
select_all_numbers = PageQuery(_cut(_numbers, [_numbers.c.number]), AdminEntry)
"""A page of the access of administrators: ``admin`` on every website."""

_here = rights(on_website)
select_roles_on_site = Query(
    select(User.username, _here.c.rank)
    .join(_here, _here.c.user_id == User.id)
    .where(~IS_ADMIN)
    .order_by(User.username_key, User.id),
    RoleOnSite,
)
"""Users with access to a website, without administrators. Value: ``website_id``."""


@cache
def select_sites_with(has: SiteRole | None) -> Query[SiteWith]:
    """
    Select pairs of users and websites on which they have exactly this role, or with None the additional capability
    ``capability``, by username and number. Administrators are left out.
    """
    theirs = rights()
    query: Any = (
        select(User.username, WebsiteNumber.number)
        .join(theirs, theirs.c.user_id == User.id)
        .join(WebsiteNumber, WebsiteNumber.website_id == theirs.c.website_id)
        .where(~IS_ADMIN)
        .order_by(User.username_key, User.id, WebsiteNumber.number)
    )
    if has is not None:
        return Query(query.where(theirs.c.rank == RANKS[has]), SiteWith)
    beside = (GrantedCapability.user_id == User.id) & (GrantedCapability.website_id == theirs.c.website_id)
    of_capability = query.join(GrantedCapability, beside).where(GrantedCapability.capability == bindparam("capability"))
    return Query(of_capability, SiteWith)
