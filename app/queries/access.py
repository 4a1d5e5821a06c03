"""
Statements about rights on websites (domain.md, section 3): where each comes from, and which is the strongest.

Everything is built of one block, ``reasons``: ownership, team roles and direct grants, one after the other. Whoever
needs a part of them says which by a ``Where``, and it is looked up in each of the three by its own index.
Administrators have no rows there: they may everything everywhere, which is asked of the account.
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
"""Which part of all rights: conditions on the user's id and the website's, as columns of whatever table has them."""


Granter = aliased(User, name="granter")

CAPABILITY = "capability"
"""In the rows of ``select_details``: no right, but a capability, named by ``role``."""


def everything(_user_id: Column, _website_id: Column) -> Sequence[ColumnElement[bool]]:
    """All rights of everybody."""
    return ()


def of_user(user_id: Column, _website_id: Column) -> Sequence[ColumnElement[bool]]:
    """Rights of one user. Value: ``user_id``."""
    return (user_id == bindparam("user_id", type_=Uuid()),)


def on_website(_user_id: Column, website_id: Column) -> Sequence[ColumnElement[bool]]:
    """Rights on one website. Value: ``website_id``."""
    return (website_id == bindparam("website_id", type_=Uuid()),)


def of_pair(user_id: Column, website_id: Column) -> Sequence[ColumnElement[bool]]:
    """Rights of one user on one website. Values: ``user_id``, ``website_id``."""
    return (*of_user(user_id, website_id), *on_website(user_id, website_id))


def reasons(where: Where = everything) -> Subquery:
    """
    Each way in which somebody has a right on a website, as a table: ``user_id``, ``website_id``, ``source``, ``rank``
    (1 view, 2 write, 3 admin), for teams ``role``, ``team_id``, ``team_name``, and for grants ``role``, ``granted_by``.

    Websites and teams are living; of users this is not asked.
    """
    return union_all(*_branches(where)).subquery("reasons")


def rights(where: Where = everything) -> Subquery:
    """
    The strongest right of each user on each website, where there is one, as a table to join: ``user_id``,
    ``website_id``, ``rank`` (``ROLE_OF_RANK`` names it). Users and websites are living, invited ones included.

    Administrators are in it only with what they own, have by a team, or were granted: ask ``IS_ADMIN`` beside it.
    ``where`` narrows it from within, on indexes: ``of_user``, ``on_website``, ``of_pair``, or any other, as in
    ``rights(lambda user_id, website_id: [website_id.in_(administered)])``.
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
    The strongest right of the ``User`` of a row on one website, null for none: for pages, where a join might be planned
    as if it were for a single row. Value: ``website_id``.
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
    """The columns of one branch, nulls of the right type where it has nothing to say."""
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
    """The strongest right of a user on a website."""

    user_id: UUID
    website_id: UUID
    rank: int


class Detail(NamedTuple):
    """One reason, or one capability, of a user on a website; see ``reasons`` and ``CAPABILITY``."""

    user_id: UUID
    website_id: UUID
    source: str
    rank: int
    role: str | None
    team_id: UUID | None
    team_name: str | None
    granted_by: UUID | None
    granter: str | None
    """The name of who granted it."""


class Holder(NamedTuple):
    """An account, as far as rights are concerned."""

    id: UUID
    username: str
    role: str
    pending: bool


class WebsiteShown(NamedTuple):
    """A website beside rights on it."""

    id: UUID
    name: str
    domain: str | None
    number: int | None


class WebsiteWithNumber(NamedTuple):
    """The same, with what rights on it depend on."""

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
    """``user_id``, ``website_id`` and ``rank`` of the strongest rights; by default of one user on one website."""
    found = rights(where)
    return Query(select(found.c.user_id, found.c.website_id, found.c.rank), Rank)


class ListScope(StrEnum):
    """Whose rights are shown: of one user, on some websites; or on one website, of some users."""

    USER = "user"
    WEBSITE = "website"


@cache
def select_details(of: ListScope, number: int) -> Query[Detail]:
    """
    Every reason and every capability of one user on some websites, or on one website of some users, strongest first;
    grants with the name of who gave them, ``granter``.

    Values: ``user_id`` and ``website_0`` and so on, or ``website_id`` and ``user_0`` and so on, ``number`` of them.
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
"""A living account, as far as rights are concerned. Value: ``user_id``."""


@cache
def select_websites(*, everything: bool, match: Match | None, few: bool, capped: bool) -> PageQuery[WebsiteShown]:
    """
    A page of the websites that a user has a right on, by name. Value: ``user_id``.

    :param everything: of an administrator: all there are
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
    """A page of the users who have a right on a website, administrators included, by name. Value: ``website_id``."""
    # Walks over indexes, one after the other; an OR would walk the whole table.
    holders = union_all(select(User.id).where(IS_ADMIN), select(reasons(on_website).c.user_id))
    hits = select(User.id).where(User.deleted_at.is_(None), User.id.in_(holders))
    if match:
        hits = hits.where(like_folded(User.username_key))
    order = by_name(User.username_key, User.username, User.id)
    return PageQuery(paged(hits, User.id, USER_COLUMNS, order, few=few, capped=capped), Holder)
