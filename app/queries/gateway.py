"""Statements that decide whether a request may go on to Umami."""

from collections import namedtuple
from typing import Any

from sqlalchemy import Uuid, and_, bindparam, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from app.db.sql.query import Query
from app.domain.roles import RANKS, TEAM_RIGHTS
from app.models import Grant, Membership, Team, User, Website
from app.queries.credentials import BearerRecord, Statements

Reader = aliased(User, name="reader")
Member = aliased(User, name="member")


CallerRecord = namedtuple(  # type: ignore[misc]  # mypy reads literals only
    "CallerRecord", (*BearerRecord._fields, "reader_id", "reader_role", "reader_password_hash")
)
"""A ``BearerRecord``, and the user whom Umami must take the bearer for."""

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


def select_caller(stored: Statements) -> Query[Any]:
    """
    The owner of a valid token of one kind. Values: those of ``select_by_token``, and ``website_id``, which may be null.

    If the owner can see this website only by a direct grant, which Umami does not know, the reader is a user whom Umami
    lets see it: the website's owner, or a member of its team. Otherwise, the reader is the owner of the token.
    """
    is_member, is_granted = (found.correlate(Website, User) for found in (_is_member, _is_granted))
    website = and_(
        Website.id == bindparam("website_id", type_=Uuid()),
        Website.deleted_at.is_(None),
        is_granted,
        ~or_(_owns, is_member),
    )
    reader = and_(Reader.id == func.coalesce(Website.user_id, _some_member), Reader.deleted_at.is_(None))
    return Query(
        stored.by_token.add_columns(
            func.coalesce(Reader.id, User.id).label("reader_id"),
            func.coalesce(Reader.role, User.role).label("reader_role"),
            func.coalesce(Reader.password_hash, User.password_hash).label("reader_password_hash"),
        )
        .outerjoin(Website, website)
        .outerjoin(Reader, reader),
        CallerRecord,
    )
