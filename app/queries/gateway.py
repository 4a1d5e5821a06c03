"""Statements that decide whether a request may go on to Umami."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Uuid, and_, bindparam, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from app.db.sql.query import Query
from app.domain.roles import RANKS, TEAM_RIGHTS
from app.models import Grant, Membership, Team, User, Website
from app.queries.credentials import Statements

Reader = aliased(User, name="reader")
Member = aliased(User, name="member")


class CallerRecord(NamedTuple):
    """The owner of a token and the credential (see ``BearerRecord``), and whom Umami must take them for."""

    id: UUID
    username: str
    role: str
    created_at: datetime | None
    two_factor_required: bool
    must_enroll: bool
    must_change_password: bool
    credential_id: UUID
    last_used_at: datetime | None
    lifetime: int | None
    wrote_at: datetime | None
    name: str | None
    scopes: str | None
    confirmed_at: datetime | None
    password_hash: str
    reader_id: UUID | None
    reader_role: str | None
    reader_password_hash: str | None


_owns = and_(Website.user_id.is_not(None), Website.user_id == User.id)
_is_member = exists().where(Membership.team_id == Website.team_id, Membership.user_id == User.id)
_is_granted = exists().where(Grant.website_id == Website.id, Grant.user_id == User.id)
_some_member = (
    select(Membership.user_id)
    .join(Member, Member.id == Membership.user_id)
    .join(Team, Team.id == Membership.team_id)
    .where(Membership.team_id == Website.team_id, Member.deleted_at.is_(None), Team.deleted_at.is_(None))
    .order_by(case(*[(Membership.role == role, RANKS[right]) for role, right in TEAM_RIGHTS.items()]), Membership.id)
    .limit(1)
    .correlate(Website)
    .scalar_subquery()
)
"""The member with the least rights in the website's team."""


def select_caller(stored: Statements) -> Query[CallerRecord]:
    """
    The owner of a valid token of one kind. Values: those of ``select_by_token``, and ``website_id``, which may be null.

    If the owner can see this website only by a direct grant, which Umami does not know, the reader is a user whom Umami
    lets see it: the website's owner, or a member of its team.
    """
    website_id = bindparam("website_id", type_=Uuid())
    only_granted = (_is_granted.correlate(Website, User), ~or_(_owns, _is_member.correlate(Website, User)))
    return Query(
        stored.by_token.add_columns(
            User.password_hash.label("password_hash"),
            Reader.id.label("reader_id"),
            Reader.role.label("reader_role"),
            Reader.password_hash.label("reader_password_hash"),
        )
        .outerjoin(Website, and_(Website.id == website_id, Website.deleted_at.is_(None), *only_granted))
        .outerjoin(
            Reader, and_(Reader.id == func.coalesce(Website.user_id, _some_member), Reader.deleted_at.is_(None))
        ),
        CallerRecord,
    )
