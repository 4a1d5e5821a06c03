"""
Statements about access to websites: where it comes from, and the highest level that results.

All of them build on ``reasons``, the union of ownership, team roles and direct grants. A ``Where`` restricts it inside
each of the three parts, so that each can use its own index. Administrators have no rows there as such; they have full
access everywhere, and statements check the account's role for that.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    ScalarSelect,
    Select,
    SQLColumnExpression,
    String,
    Subquery,
    Uuid,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from app.db.sql.ordering import by_name
from app.db.sql.pagination import paged
from app.db.sql.query import PageQuery, Query
from app.db.sql.search import Match, in_index, like, like_folded
from app.domain.roles import RANKS, TEAM_RIGHTS, SiteRole, Source
from app.models import IS_ADMIN, Grant, GrantedCapability, Membership, Team, User, Website
from app.models import WebsiteNumber as Number
from app.queries.websites import BY_NAME, grant_role, team_role

Column = SQLColumnExpression[Any]
Where = Callable[[Column, Column], Sequence[ColumnElement[bool]]]
"""A function that returns conditions on the user's id and the website's id, which it gets as columns."""


Granter = aliased(User, name="granter")

CAPABILITY = "capability"
"""The ``source`` in rows of ``select_details`` that are capabilities; then ``role`` names the capability."""


def everything(_user_id: Column, _website_id: Column) -> Sequence[ColumnElement[bool]]:
    """No restriction: all users and all websites."""
    return ()


def of_user(user_id: Column, _website_id: Column) -> Sequence[ColumnElement[bool]]:
    """Access of one user. Value: ``user_id``."""
    return (user_id == bindparam("user_id", type_=Uuid()),)


def on_website(_user_id: Column, website_id: Column) -> Sequence[ColumnElement[bool]]:
    """Access to one website. Value: ``website_id``."""
    return (website_id == bindparam("website_id", type_=Uuid()),)


def of_pair(user_id: Column, website_id: Column) -> Sequence[ColumnElement[bool]]:
    """Access of one user to one website. Values: ``user_id``, ``website_id``."""
    return (*of_user(user_id, website_id), *on_website(user_id, website_id))


def reasons(where: Where = everything) -> Subquery:
    """
    Every reason for which a user has access to a website, as a table.

    Its columns are ``user_id``, ``website_id``, ``source`` and ``rank`` (1 view, 2 write, 3 admin); for teams also
    ``role``, ``team_id`` and ``team_name``, and for grants ``role`` and ``granted_by``. Deleted websites and teams are
    left out, deleted users are not.
    """
    return union_all(*_branches(where)).subquery("reasons")


def rights(where: Where = everything) -> Subquery:
    """
    The highest access level of each user on each website that they have access to, as a table to join.

    Its columns are ``user_id``, ``website_id`` and ``rank`` (see ``ROLE_OF_RANK``). Deleted users and websites are left
    out, invited users are not. Administrators are only included with what they own, have by a team or were granted, so
    check ``IS_ADMIN`` too.

    :param where: the restriction, such as ``of_user``, or
        ``lambda user_id, website_id: [website_id.in_(administered)]``
    """
    found = reasons(where)
    strongest = (
        select(found.c.user_id, found.c.website_id, func.max(found.c.rank).label("rank"))
        .group_by(found.c.user_id, found.c.website_id)
        .subquery("strongest")
    )
    return (
        select(strongest.c.user_id, strongest.c.website_id, strongest.c.rank)
        .join(User, User.id == strongest.c.user_id)
        .where(User.deleted_at.is_(None))
        .subquery("rights")
    )


def rank_here() -> ScalarSelect[Any]:
    """
    The rank of the access that the ``User`` of a row has to one website; null for none. Value: ``website_id``.

    Use it in pages instead of joining ``rights``, since the database could plan the join for a single row.
    """
    own = _branches(lambda user_id, website_id: (user_id == User.id, *on_website(user_id, website_id)))
    found = union_all(*[branch.correlate(User) for branch in own]).subquery("reasons")
    return select(func.max(found.c.rank)).scalar_subquery()


def rank_of(role: SQLColumnExpression[str]) -> ColumnElement[int]:
    """The rank of a direct grant."""
    return case(*[(role == name.value, rank) for name, rank in RANKS.items()])


def _branches(where: Where) -> list[Select[Any]]:
    owner = select(
        *_row(Website.user_id, Website.id, Source.OWNER, literal_column(str(RANKS[SiteRole.ADMIN]), Integer()))
    ).where(Website.user_id.is_not(None), *where(Website.user_id, Website.id))
    by_team = case(*[(Membership.role == role, RANKS[right]) for role, right in TEAM_RIGHTS.items()])
    team = (
        select(*_row(Membership.user_id, Website.id, Source.TEAM, by_team, Membership.role, Team.id, Team.name))
        .join(Team, Team.id == Membership.team_id)
        .join(Website, Website.team_id == Team.id)
        .where(Team.deleted_at.is_(None), *where(Membership.user_id, Website.id))
    )
    grant = (
        select(
            *_row(
                Grant.user_id,
                Grant.website_id,
                Source.GRANT,
                rank_of(Grant.role),
                Grant.role,
                granted_by=Grant.granted_by,
            )
        )
        .join(Website, Website.id == Grant.website_id)
        .where(*where(Grant.user_id, Grant.website_id))
    )
    return [branch.where(Website.deleted_at.is_(None)) for branch in (owner, team, grant)]


def _row(
    user_id: Any,
    website_id: Any,
    source: str,
    rank: Any,
    role: Any = None,
    team_id: Any = None,
    team_name: Any = None,
    granted_by: Any = None,
) -> list[ColumnElement[Any]]:
    """The columns of one part of the union, with typed nulls for what the part does not have."""
    return [
        user_id.label("user_id"),
        website_id.label("website_id"),
        literal_column(f"'{source}'", String()).label("source"),
        rank.label("rank"),
        (cast(null(), String()) if role is None else role).label("role"),
        (cast(null(), Uuid()) if team_id is None else team_id).label("team_id"),
        (cast(null(), String()) if team_name is None else team_name).label("team_name"),
        (cast(null(), Uuid()) if granted_by is None else granted_by).label("granted_by"),
    ]


class Rank(NamedTuple):
    """The highest access level of a user on a website."""

    user_id: UUID
    website_id: UUID
    rank: int


class Detail(NamedTuple):
    """A reason for a user's access to a website, or a capability; see ``reasons`` and ``CAPABILITY``."""

    user_id: UUID
    website_id: UUID
    source: str
    rank: int
    role: str | None
    team_id: UUID | None
    team_name: str | None
    granted_by: UUID | None
    granter: str | None
    """The username of the user who gave the grant."""


class Holder(NamedTuple):
    """An account, with what decides about its access."""

    id: UUID
    username: str
    role: str
    pending: bool


class WebsiteShown(NamedTuple):
    """A website in a list of access levels."""

    id: UUID
    name: str
    domain: str | None
    number: int | None


class WebsiteWithNumber(NamedTuple):
    """A website with its number and what access to it depends on."""

    id: UUID
    name: str
    domain: str | None
    number: int | None
    user_id: UUID | None
    team_id: UUID | None
    team_role: str | None
    grant_role: str | None


@cache
def select_rank(where: Where = of_pair) -> Query[Rank]:
    """The highest access levels, by default of one user on one website; see ``rights``."""
    found = rights(where)
    return Query(select(found.c.user_id, found.c.website_id, found.c.rank), Rank)


class ListScope(StrEnum):
    """What a report is about: one user's access to some websites, or some users' access to one website."""

    USER = "user"
    WEBSITE = "website"


@cache
def select_details(of: ListScope, number: int) -> Query[Detail]:
    """
    All reasons and capabilities of one user on some websites, or of some users on one website, highest level first.

    Values: ``user_id`` and ``website_0``, ``website_1`` …, or ``website_id`` and ``user_0``, ``user_1`` …, ``number``
    of them.
    """
    others = [
        bindparam(f"{'website' if of is ListScope.USER else 'user'}_{index}", type_=Uuid()) for index in range(number)
    ]

    def where(user_id: Column, website_id: Column) -> Sequence[ColumnElement[bool]]:
        if of is ListScope.USER:
            return (*of_user(user_id, website_id), website_id.in_(others))
        return (*on_website(user_id, website_id), user_id.in_(others))

    capability = select(
        *_row(
            GrantedCapability.user_id,
            GrantedCapability.website_id,
            CAPABILITY,
            literal_column("0", Integer()),
            GrantedCapability.capability,
        )
    ).where(*where(GrantedCapability.user_id, GrantedCapability.website_id))
    rows = union_all(*_branches(where), capability).subquery("details")
    named = (
        select(*rows.c, Granter.username.label("granter"))
        .outerjoin(Granter, (Granter.id == rows.c.granted_by) & Granter.deleted_at.is_(None))
        .order_by(rows.c.rank.desc(), rows.c.source, rows.c.role)
    )
    return Query(named, Detail)


WEBSITE_COLUMNS = (Website.id.label("id"), Website.name, Website.domain, Number.number)
USER_COLUMNS = (User.id.label("id"), User.username, User.role, User.pending)
_WITH_NUMBER = (Number, Number.website_id == Website.id)

select_website = Query(
    select(*WEBSITE_COLUMNS, Website.user_id, Website.team_id, team_role, grant_role)
    .outerjoin(*_WITH_NUMBER)
    .where(Website.id == bindparam("website_id"), Website.deleted_at.is_(None)),
    WebsiteWithNumber,
)
"""A living website, with its number and the actor's roles. Values: ``website_id``, ``actor_id``."""

living_holder = select(*USER_COLUMNS).where(User.id == bindparam("user_id"), User.deleted_at.is_(None))
select_holder = Query(living_holder, Holder)
"""A living account, with what decides about its access. Value: ``user_id``."""


@cache
def select_websites(*, everything: bool, match: Match | None, few: bool, capped: bool) -> PageQuery[WebsiteShown]:
    """
    A page of the websites that a user has access to, by name. Value: ``user_id``, unless ``everything``.

    :param everything: all websites, for administrators
    """
    hits = select(Website.id).where(Website.deleted_at.is_(None))
    if not everything:
        hits = hits.where(Website.id.in_(select(reasons(of_user).c.website_id)))
    if match is Match.PATTERN:
        hits = hits.where(like(Website.name) | like(Website.domain))
    elif match is Match.PHRASE:
        hits = hits.where(in_index(Website.id, "search_website"))
    joins = [_WITH_NUMBER]
    return PageQuery(
        paged(hits, Website.id, WEBSITE_COLUMNS, BY_NAME, joins=joins, few=few, capped=capped), WebsiteShown
    )


@cache
def select_users(*, match: Match | None, few: bool, capped: bool) -> PageQuery[Holder]:
    """A page of the users who have access to a website, including administrators, by name. Value: ``website_id``."""
    # A union of index scans, since an OR would scan the whole table.
    holders = union_all(select(User.id).where(IS_ADMIN), select(reasons(on_website).c.user_id))
    hits = select(User.id).where(User.deleted_at.is_(None), User.id.in_(holders))
    if match:
        hits = hits.where(like_folded(User.username_key))
    order = by_name(User.username_key, User.username, User.id)
    return PageQuery(paged(hits, User.id, USER_COLUMNS, order, few=few, capped=capped), Holder)
