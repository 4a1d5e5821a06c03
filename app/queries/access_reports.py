"""Statements for reports of who has which right where, websites by their numbers."""

from functools import cache
from typing import Any

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

from app.models import IS_ADMIN, GrantedCapability, SiteRole, User, Website, WebsiteNumber, WebsiteProfile
from app.models.enums import Has
from app.queries.access import RANKS, of_user, on_website, rights
from app.queries.alphabetical import alphabetical
from app.queries.directory import administered
from app.queries.joined import comma_joined
from app.queries.paged import Order, paged
from app.queries.searching import like

BY_NAME: Order = [(alphabetical(Website.name), False), (Website.name, False), (WebsiteNumber.number, False)]


@cache
def select_sites_of_user(*, own_only: bool, searched: bool, has: Has | SiteRole | None) -> Select[Any]:
    """
    A page of websites, by name (``probe`` is to be out of reach), with what the user ``user_id`` has there:
    ``number``, ``name``, ``rank`` (null: nothing), ``capabilities`` joined by commas, and ``has_some``: whether that
    user has any right anywhere.

    :param own_only: those that ``actor_id`` administers; else all
    :param searched: ``search``, a pattern, is in the name, the main address or the group
    :param has: what the user has there
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
    return paged(hits, Website.id, columns, BY_NAME, joins=joins, few=own_only or searched or has is not None)


def _has_address() -> ColumnElement[bool]:
    address: Any = literal_column("'http://'", String()) + Website.domain
    matches: ColumnElement[bool] = address.ilike(bindparam("search"), escape="\\")
    return matches


def _in_profile() -> ColumnElement[bool]:
    texts: list[Any] = [WebsiteProfile.urls[0].as_string(), WebsiteProfile.settings["group"].as_string()]
    found = or_(*[text.ilike(bindparam("search"), escape="\\") for text in texts])
    return exists().where(WebsiteProfile.website_id == Website.id, found)


def _has(has: Has | SiteRole, here: FromClause) -> ColumnElement[bool]:
    if has is Has.NOTHING:
        return here.c.rank.is_(None)
    if isinstance(has, SiteRole):
        return here.c.rank == RANKS[has]
    if has is Has.CAPABILITY:
        explicit = exists().where(
            GrantedCapability.user_id == bindparam("user_id"),
            GrantedCapability.website_id == Website.id,
            GrantedCapability.capability == bindparam("capability"),
        )
        return and_(here.c.rank.is_not(None), explicit)
    # Who has everything is not asked about here.
    return here.c.rank.is_not(None) if has is Has.SOMETHING else false()


def _capabilities() -> Any:
    return (
        select(comma_joined(GrantedCapability.capability))
        .where(GrantedCapability.user_id == bindparam("user_id"), GrantedCapability.website_id == Website.id)
        .correlate(Website)
        .scalar_subquery()
    )


def _entries() -> CompoundSelect[Any]:
    """Roles and capabilities of a user, an entry each: ``number``, ``kind`` (0: a role), ``access``."""
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
    A page of entries; every row carries ``total``, past the end there is one row whose ``number`` is null.
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
select_access_of_user = _cut(_all_entries, [_all_entries.c.number, _all_entries.c.kind, _all_entries.c.access])
"""A page of what a user has: ``number``, ``access`` (a role, or a capability beside it). Value: ``user_id``."""

_numbers = (
    select(WebsiteNumber.number, literal_column(f"'{SiteRole.ADMIN}'", String()).label("access"))
    .join(Website, Website.id == WebsiteNumber.website_id)
    .where(Website.deleted_at.is_(None))
    .subquery("numbers")
)
select_all_numbers = _cut(_numbers, [_numbers.c.number])
"""A page of what administrators have: ``number`` and ``access`` of all websites."""

_here = rights(on_website)
select_roles_on_site = (
    select(User.username, _here.c.rank)
    .join(_here, _here.c.user_id == User.id)
    .where(~IS_ADMIN)
    .order_by(User.username_key, User.id)
)
"""Everybody with a right on a website, administrators apart: ``username``, ``rank``. Value: ``website_id``."""


@cache
def select_sites_with(has: SiteRole | None) -> Select[Any]:
    """
    Everybody's websites, administrators' apart, where they have exactly this role or, with None, the capability
    called ``capability`` beside any: ``username``, ``number``, by name and number.
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
        of_role: Select[Any] = query.where(theirs.c.rank == RANKS[has])
        return of_role
    beside = (GrantedCapability.user_id == User.id) & (GrantedCapability.website_id == theirs.c.website_id)
    of_capability: Select[Any] = query.join(GrantedCapability, beside).where(
        GrantedCapability.capability == bindparam("capability")
    )
    return of_capability
