"""Statements about logins."""

from datetime import datetime
from functools import cache
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Integer, bindparam, delete, null, select, update

from app.db.sql.pagination import paged
from app.db.sql.query import PageQuery, Query
from app.models import LoginSession, User
from app.queries.rows import Id
from app.queries.users import SUMMARY

COLUMNS = (
    LoginSession.id.label("id"),
    LoginSession.created_at,
    LoginSession.last_used_at,
    LoginSession.expires_at,
    LoginSession.address,
    LoginSession.user_agent,
)


class SessionRecord(NamedTuple):
    """A login."""

    id: UUID
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    address: str | None
    user_agent: str | None


class SessionBearer(NamedTuple):
    """Who bears the token of a login."""

    id: UUID
    username: str
    role: str
    created_at: datetime | None
    session_id: UUID
    token_id: None
    last_used_at: datetime
    lifetime: int
    wrote_at: datetime | None


select_by_token = Query(
    select(
        *SUMMARY,
        LoginSession.id.label("session_id"),
        null().label("token_id"),
        LoginSession.last_used_at,
        LoginSession.lifetime,
        LoginSession.wrote_at,
    )
    .join(User, User.id == LoginSession.user_id)
    .where(
        LoginSession.token_hash == bindparam("token_hash"),
        LoginSession.expires_at > bindparam("now", type_=LoginSession.expires_at.type),
        User.deleted_at.is_(None),
    ),
    SessionBearer,
)
"""Who bears a token. Values: ``token_hash``, ``now``."""

select_id = Query(select(LoginSession.id.label("id")).where(LoginSession.id == bindparam("session_id")), Id)
"""Whether a login is still there. Value: ``session_id``."""

touch_session = (
    update(LoginSession)
    .where(LoginSession.id == bindparam("session_id"), LoginSession.last_used_at < bindparam("stale"))
    .values(last_used_at=bindparam("now"), expires_at=bindparam("until"))
)
"""Note a use; of several at once, one writes. Values: ``session_id``, ``stale``, ``now``, ``until``."""

delete_of_user = delete(LoginSession).where(LoginSession.user_id == bindparam("owner_id"))
delete_others = delete_of_user.where(LoginSession.id != bindparam("kept_id"))
delete_one = delete_of_user.where(LoginSession.id == bindparam("session_id"))
delete_expired = delete(LoginSession).where(LoginSession.expires_at < bindparam("now"))
delete_expired_of_user = delete_expired.where(LoginSession.user_id == bindparam("owner_id"))


_older = (
    select(LoginSession.id)
    .where(LoginSession.user_id == bindparam("owner_id"))
    .order_by(LoginSession.created_at.desc(), LoginSession.id.desc())
    .offset(bindparam("kept", type_=Integer))
)
delete_beyond = delete(LoginSession).where(LoginSession.id.in_(_older))
"""All but the newest ``kept`` logins of a user. Values: ``owner_id``, ``kept``."""


@cache
def select_sessions(*, capped: bool) -> PageQuery[SessionRecord]:
    """A page of a user's living logins, newest first. Values: ``user_id``, ``now``."""
    hits = select(LoginSession.id).where(
        LoginSession.user_id == bindparam("user_id"),
        LoginSession.expires_at > bindparam("now", type_=LoginSession.expires_at.type),
    )
    order = [(LoginSession.created_at, True), (LoginSession.id, True)]
    return PageQuery(paged(hits, LoginSession.id, COLUMNS, order, capped=capped), SessionRecord)
