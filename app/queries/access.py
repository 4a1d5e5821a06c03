"""
Statements about rights on websites (domain.md, section 3): where each comes from, and which is the strongest.

Everything is built of one block, ``reasons``: ownership, team roles and direct grants, one after the other. Whoever
needs a part of them says which by a ``Where``, and it is looked up in each of the three by its own index.
Administrators have no rows there: they may everything everywhere, which is asked of the account.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import cache
from typing import Any

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

from app.models import IS_ADMIN, Grant, GrantedCapability, Membership, SiteRole, Source, Team, TeamRole, User, Website
from app.models import WebsiteNumber as Number
from app.queries.paged import paged
from app.queries.searching import Match, in_index, like, like_folded
from app.queries.websites import grant_role, team_role

Column = SQLColumnExpression[Any]
Where = Callable[[Column, Column], Sequence[ColumnElement[bool]]]
"""Which part of all rights: conditions on the user's id and the website's, as columns of whatever table has them."""

RANKS: dict[SiteRole, int] = {SiteRole.VIEW: 1, SiteRole.WRITE: 2, SiteRole.ADMIN: 3}
ROLE_OF_RANK: dict[int | None, SiteRole] = {rank: role for role, rank in RANKS.items()}
TEAM_RIGHTS: dict[str, SiteRole] = {
    TeamRole.OWNER: SiteRole.ADMIN,
    TeamRole.MANAGER: SiteRole.ADMIN,
    TeamRole.MEMBER: SiteRole.WRITE,
    TeamRole.VIEW_ONLY: SiteRole.VIEW,
}
"""What a role in a team gives on the team's websites."""


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
    (1 view, 2 write, 3 admin), and for teams ``role``, ``team_id``, ``team_name``.

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
        select(*_row(Grant.user_id, Grant.website_id, Source.GRANT, rank_of(Grant.role), Grant.role))
        .join(Website, Website.id == Grant.website_id)
        .where(*where(Grant.user_id, Grant.website_id))
    )
    return [branch.where(Website.deleted_at.is_(None)) for branch in (owner, team, grant)]


def _row(
    user_id: Any, website_id: Any, source: str, rank: Any, role: Any = None, team_id: Any = None, team_name: Any = None
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
    ]


@cache
def select_rank(where: Where = of_pair) -> Select[Any]:
    """``user_id``, ``website_id`` and ``rank`` of the strongest rights; by default of one user on one website."""
    found = rights(where)
    return select(found.c.user_id, found.c.website_id, found.c.rank)


class Of(StrEnum):
    """Whose rights are shown: of one user, on some websites; or on one website, of some users."""

    USER = "user"
    WEBSITE = "website"


@cache
def select_details(of: Of, number: int) -> Select[Any]:
    """
    Every reason and every capability of one user on some websites, or on one website of some users, strongest first.

    Values: ``user_id`` and ``website_0`` and so on, or ``website_id`` and ``user_0`` and so on, ``number`` of them.
    """
    others = [bindparam(f"{'website' if of is Of.USER else 'user'}_{index}", type_=Uuid()) for index in range(number)]

    def where(user_id: Column, website_id: Column) -> Sequence[ColumnElement[bool]]:
        if of is Of.USER:
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
    return select(*rows.c).order_by(rows.c.rank.desc(), rows.c.source, rows.c.role)


WEBSITE_COLUMNS = (Website.id.label("id"), Website.name, Website.domain, Number.number)
USER_COLUMNS = (User.id.label("id"), User.username, User.role, User.pending)
_WITH_NUMBER = (Number, Number.website_id == Website.id)

select_website = (
    select(*WEBSITE_COLUMNS, Website.user_id, Website.team_id, team_role, grant_role)
    .outerjoin(*_WITH_NUMBER)
    .where(Website.id == bindparam("website_id"), Website.deleted_at.is_(None))
)
"""A living website, with its number and the actor's roles. Values: ``website_id``, ``actor_id``."""

select_holder = select(*USER_COLUMNS).where(User.id == bindparam("user_id"), User.deleted_at.is_(None))
"""A living account, as far as rights are concerned. Value: ``user_id``."""


@cache
def select_websites(*, everything: bool, match: Match | None, few: bool, capped: bool) -> Select[Any]:
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
    order = [(Website.name, False), (Website.id, False)]
    return paged(hits, Website.id, WEBSITE_COLUMNS, order, joins=[_WITH_NUMBER], few=few, capped=capped)


@cache
def select_users(*, match: Match | None, few: bool, capped: bool) -> Select[Any]:
    """A page of the users who have a right on a website, administrators included, by name. Value: ``website_id``."""
    # Walks over indexes, one after the other; an OR would walk the whole table.
    holders = union_all(select(User.id).where(IS_ADMIN), select(reasons(on_website).c.user_id))
    hits = select(User.id).where(User.deleted_at.is_(None), User.id.in_(holders))
    if match:
        hits = hits.where(like_folded(User.username_key))
    order = [(User.username, False), (User.id, False)]
    return paged(hits, User.id, USER_COLUMNS, order, few=few, capped=capped)
