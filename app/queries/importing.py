"""Statements of imports, which look up and write many rows at once."""

from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, String, Table, Uuid, bindparam, func, insert, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.dml import ReturningInsert

from app.db.sql.query import Query
from app.models import Base, Grant, Membership, Share, Team, User, Website, WebsiteNumber
from app.queries.grants import DIALECTS
from app.queries.rows import Id


class AccountHere(NamedTuple):
    """An account, perhaps a deleted one."""

    id: UUID
    username: str
    username_key: str | None
    email: str | None
    email_key: str | None
    password_hash: str
    role: str
    display_name: str | None
    deleted_at: datetime | None


class TeamHere(NamedTuple):
    """A team, perhaps a deleted one."""

    id: UUID
    name: str
    access_code: str | None
    deleted_at: datetime | None


class MemberHere(NamedTuple):
    """A membership."""

    id: UUID
    team_id: UUID
    user_id: UUID
    role: str


class WebsiteHere(NamedTuple):
    """A website, perhaps a deleted one."""

    id: UUID
    name: str
    domain: str | None
    user_id: UUID | None
    team_id: UUID | None
    replay_enabled: bool
    replay_config: dict[str, Any] | None
    deleted_at: datetime | None


class ShareHere(NamedTuple):
    """A public link."""

    id: UUID
    entity_id: UUID
    name: str
    slug: str
    parameters: dict[str, Any]


class GrantHere(NamedTuple):
    """The role of a user's grant on a website."""

    user_id: UUID
    website_id: UUID
    role: str


def _ids(name: str) -> Any:
    return bindparam(name, type_=Uuid(), expanding=True)


def _texts(name: str) -> Any:
    return bindparam(name, type_=String(), expanding=True)


select_accounts = Query(
    select(
        User.id.label("id"),
        User.username,
        User.username_key,
        User.email,
        User.email_key,
        User.password_hash.label("password_hash"),
        User.role,
        User.display_name,
        User.deleted_at,
    ).where(or_(User.id.in_(_ids("ids")), User.username_key.in_(_texts("keys")), User.email_key.in_(_texts("keys")))),
    AccountHere,
)
"""Accounts with one of these ids, or with one of these folded names or addresses. Values: ``ids``, ``keys``."""

select_teams = Query(
    select(Team.id.label("id"), Team.name, Team.access_code, Team.deleted_at).where(
        or_(Team.id.in_(_ids("ids")), Team.access_code.in_(_texts("codes")))
    ),
    TeamHere,
)
"""Teams with one of these ids or access codes. Values: ``ids``, ``codes``."""

select_members = Query(
    select(Membership.id.label("id"), Membership.team_id, Membership.user_id, Membership.role).where(
        Membership.team_id.in_(_ids("team_ids"))
    ),
    MemberHere,
)
"""The memberships in these teams. Value: ``team_ids``."""

select_websites = Query(
    select(
        Website.id.label("id"),
        Website.name,
        Website.domain,
        Website.user_id,
        Website.team_id,
        Website.replay_enabled,
        Website.replay_config,
        Website.deleted_at,
    ).where(Website.id.in_(_ids("ids"))),
    WebsiteHere,
)
"""Websites with one of these ids. Value: ``ids``."""

select_shares = Query(
    select(Share.id.label("id"), Share.entity_id, Share.name, Share.slug, Share.parameters).where(
        or_(Share.id.in_(_ids("ids")), Share.slug.in_(_texts("slugs")))
    ),
    ShareHere,
)
"""Public links with one of these ids or slugs. Values: ``ids``, ``slugs``."""

select_grants = Query(
    select(Grant.user_id, Grant.website_id, Grant.role).where(Grant.user_id.in_(_ids("user_ids"))), GrantHere
)
"""The grants of these users. Value: ``user_ids``."""


def _living(model: type[User] | type[Team] | type[Website]) -> Query[Id]:
    found = select(model.id.label("id")).where(model.id.in_(_ids("ids")), model.deleted_at.is_(None))
    return Query(found.order_by(model.id).with_for_update(read=True), Id)


hold_users, hold_teams, hold_websites = _living(User), _living(Team), _living(Website)
"""
The ids of those of the rows that exist and are not deleted, locked against deletion until the transaction ends. Value:
``ids``.
"""

hold_names = select(func.pg_advisory_xact_lock(func.unnest(bindparam("numbers", type_=ARRAY(BigInteger)))))
"""``profiles.hold_name`` for many names. Value: ``numbers``, in order."""

insert_numbers = insert(WebsiteNumber.__table__)  # type: ignore[arg-type]
"""Number websites. Value: ``website_id``."""


@cache
def insert_new(dialect: str, model: type[Base]) -> ReturningInsert[Any]:
    """Insert rows, and return the ids of those that are new: the others violate a constraint. Values: the columns."""
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 (for mypy)
    made: ReturningInsert[Any] = DIALECTS[dialect](table).on_conflict_do_nothing().returning(*table.primary_key.columns)
    return made
