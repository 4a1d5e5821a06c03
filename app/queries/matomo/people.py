"""Statements about users: one or a list, with their invitations, limited to those whom the actor may see."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    String,
    Uuid,
    and_,
    bindparam,
    exists,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from app.db.sql.json_list import listed
from app.db.sql.pagination import paged
from app.db.sql.query import PageQuery, Query
from app.db.sql.search import like_folded
from app.db.sql.string_agg import comma_joined
from app.domain.roles import RANKS, AccessFilter, SiteRole, Standing
from app.models import IS_ADMIN, GrantedCapability, Invitation, User
from app.queries.access import Column, on_website, rank_here, reasons, rights
from app.queries.users import HAS_SECOND_FACTOR

Inviter = aliased(User, name="inviter")

RECORD = (
    User.id.label("id"),
    User.username,
    User.email,
    User.role,
    User.created_at,
    User.last_seen_at,
    User.pending,
    Invitation.expires_at,
    Invitation.accepted_at,
    Inviter.id.label("inviter_id"),
    Inviter.username.label("inviter"),
    HAS_SECOND_FACTOR.label("has_second_factor"),
)
_JOINS: list[tuple[Any, ColumnElement[bool]]] = [
    (Invitation, Invitation.user_id == User.id),
    (Inviter, and_(Inviter.id == Invitation.inviter_id, Inviter.deleted_at.is_(None))),
]


class Person(NamedTuple):
    """An account with its invitation, if it had one."""

    id: UUID
    username: str
    email: str | None
    role: str
    created_at: datetime | None
    last_seen_at: datetime | None
    pending: bool
    expires_at: datetime | None
    accepted_at: datetime | None
    inviter_id: UUID | None
    inviter: str | None
    has_second_factor: bool


class PersonOnSite(NamedTuple):
    """An account as in ``Person``, with its rank on a website and its capabilities there, joined by commas."""

    id: UUID
    username: str
    email: str | None
    role: str
    created_at: datetime | None
    last_seen_at: datetime | None
    pending: bool
    expires_at: datetime | None
    accepted_at: datetime | None
    inviter_id: UUID | None
    inviter: str | None
    has_second_factor: bool
    rank: int | None
    capabilities: str | None


class PersonName(NamedTuple):
    """The username of an account."""

    id: UUID
    username: str


class Called(NamedTuple):
    """An account with its folded username and e-mail address, which comparisons use."""

    id: UUID
    username_key: str | None
    email_key: str | None


class WebsiteId(NamedTuple):
    """The id of a website."""

    website_id: UUID


LIVING = User.deleted_at.is_(None)
BY_NAME = [(User.username_key, False), (User.id, False)]
ACTOR = bindparam("actor_id", type_=Uuid())


def by_actor(user_id: Column, _website_id: Column) -> Sequence[ColumnElement[bool]]:
    """Return the condition for access of the actor. Value: ``actor_id``."""
    return (user_id == ACTOR,)


def administered() -> Select[Any]:
    """Select the ids of the websites that the actor administers. Value: ``actor_id``."""
    mine = reasons(by_actor)
    return select(mine.c.website_id).where(mine.c.rank == RANKS[SiteRole.ADMIN])


@cache
def select_some_site(right: SiteRole) -> Query[WebsiteId]:
    """Select one website on which the actor has at least this access level, if any. Value: ``actor_id``."""
    mine = reasons(by_actor)
    return Query(select(mine.c.website_id).where(mine.c.rank >= RANKS[right]).limit(1), WebsiteId)


def _colleagues() -> Select[Any]:
    """Select the ids of users with any access to a website that the actor administers, including the actor."""
    theirs = administered().cte("administered")
    found = reasons(lambda _user_id, website_id: [website_id.in_(select(theirs.c.website_id))])
    return select(found.c.user_id)


def _source() -> Any:
    source: Any = User
    for target, on in _JOINS:
        source = source.__table__.outerjoin(target, on) if source is User else source.outerjoin(target, on)
    return source


_person = select(*RECORD).select_from(_source()).where(LIVING)
select_person = Query(_person.where(User.username_key == bindparam("username_key")), Person)
"""Value: ``username_key``."""
select_person_by_id = Query(_person.where(User.id == bindparam("user_id")), Person)
"""Value: ``user_id``."""
select_person_by_email = Query(_person.where(User.email_key == bindparam("email_key")), Person)
"""Value: ``email_key``."""
select_admins = Query(_person.where(IS_ADMIN).order_by(User.created_at, User.id), Person)
"""All administrators, oldest account first."""


_given = (bindparam("name_key", type_=String()), bindparam("given_key", type_=String()))
select_called = Query(
    select(User.id.label("id"), User.username_key, User.email_key).where(
        or_(*[column == key for column in (User.username_key, User.email_key) for key in _given])
    ),
    Called,
)
"""Accounts, including deleted ones, whose username or e-mail address is ``name_key`` or ``given_key``, both folded."""


@cache
def select_people(**question: Any) -> PageQuery[Person]:
    """Select a page of users. ``question`` holds the options of ``_listed``."""
    return PageQuery(_listed(RECORD, _JOINS, **question), Person)


@cache
def select_names(**question: Any) -> PageQuery[PersonName]:
    """As ``select_people``, but only ids and usernames."""
    return PageQuery(_listed((User.id.label("id"), User.username), (), **question), PersonName)


@cache
def select_people_on_site(**question: Any) -> PageQuery[PersonOnSite]:
    """As ``select_people``, with rank and capabilities on the website ``website_id``."""
    columns = (*RECORD, rank_here().label("rank"), _capabilities().label("capabilities"))
    return PageQuery(_listed(columns, _JOINS, **question), PersonOnSite)


def _listed(
    columns: Sequence[Any],
    joins: Sequence[tuple[Any, ColumnElement[bool]]],
    *,
    colleagues: bool = False,
    others_invited: bool = True,
    named: bool = False,
    searched: bool = False,
    standing: Standing | None = None,
    has: AccessFilter | SiteRole | None = None,
    many: bool = False,
) -> Select[Any]:
    """
    Select a page of users, by username. Statements for few hits also take ``probe``, which must exceed any count.

    :param colleagues: only users with any access to a website that ``actor_id`` administers, without administrators
    :param others_invited: False leaves out users whom someone other than ``actor_id`` invited and who have not accepted
    :param named: only users whose folded username is in ``names``, a JSON array
    :param searched: only users with ``search``, a folded pattern, in the username or in an e-mail address that the
        actor may see
    :param standing: only users with this status; an invitation is pending until the end of its last day, so it is
        compared with ``today``, the start of the current day
    :param has: only users with this access to ``website_id``
    :param many: expect most accounts to match: count them and walk them in order, instead of gathering the matches
    """
    source: Any = User.__table__
    here: FromClause | None = None
    if has is not None:
        here = rights(on_website)
        source = source.outerjoin(here, here.c.user_id == User.id)
    hits = select(User.id).select_from(source).where(LIVING)
    if colleagues:
        hits = hits.where(User.id.in_(_colleagues()), ~IS_ADMIN)
    if not others_invited:
        hits = hits.where(or_(~User.pending, _invited_by_actor()))
    if named:
        names = listed("names")
        hits = hits.where(User.username_key.in_(select(names.c.value)))
    if searched:
        # A search must not reveal what is hidden: only administrators see the e-mail addresses of others.
        address = and_(User.id == ACTOR, like_folded(User.email_key)) if colleagues else like_folded(User.email_key)
        hits = hits.where(or_(like_folded(User.username_key), address))
    if standing is not None:
        hits = hits.where(*_is(standing))
    if here is not None:
        hits = hits.where(*_has(has, here))
    # A subset is gathered once, then counted and sorted; the whole table is counted and walked in order.
    part = colleagues or not others_invited or named or searched or standing is not None or has is not None
    return paged(hits, User.id, columns, BY_NAME, joins=joins, few=part and not many)


def _invited_by_actor() -> ColumnElement[bool]:
    return exists().where(Invitation.user_id == User.id, Invitation.inviter_id == ACTOR)


def _is(standing: Standing) -> Sequence[ColumnElement[bool]]:
    if standing is Standing.ACTIVE:
        return [~User.pending]
    today = bindparam("today", type_=Invitation.expires_at.type)
    in_time = Invitation.expires_at >= today if standing is Standing.PENDING else Invitation.expires_at < today
    return [User.pending.is_(True), exists().where(Invitation.user_id == User.id, in_time)]


def _has(has: AccessFilter | SiteRole | None, here: FromClause) -> list[ColumnElement[bool]]:
    if has is AccessFilter.NOTHING:
        return [here.c.rank.is_(None), ~IS_ADMIN]
    if has is AccessFilter.SOMETHING:
        return [or_(here.c.rank.is_not(None), IS_ADMIN)]
    if has is AccessFilter.EVERYTHING:
        return [IS_ADMIN]
    if isinstance(has, SiteRole):
        return [here.c.rank == RANKS[has], ~IS_ADMIN]
    explicit = exists().where(
        GrantedCapability.user_id == User.id,
        GrantedCapability.website_id == bindparam("website_id"),
        GrantedCapability.capability == bindparam("capability"),
    )
    return [here.c.rank.is_not(None), ~IS_ADMIN, explicit]


def _capabilities() -> Any:
    return (
        select(comma_joined(GrantedCapability.capability))
        .where(GrantedCapability.user_id == User.id, GrantedCapability.website_id == bindparam("website_id"))
        .correlate(User)
        .scalar_subquery()
    )
