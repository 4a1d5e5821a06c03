"""Statements about logins."""

from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, delete, null, select, update

from app.db.sql.pagination import paged
from app.models import LoginSession, User
from app.queries.users import SUMMARY

COLUMNS = (
    LoginSession.id.label("id"),
    LoginSession.created_at,
    LoginSession.last_used_at,
    LoginSession.expires_at,
    LoginSession.address,
    LoginSession.user_agent,
)

select_by_token = (
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
    )
)
"""Who bears a token. Values: ``token_hash``, ``now``."""

select_id = select(LoginSession.id).where(LoginSession.id == bindparam("session_id"))
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
def select_sessions(*, capped: bool) -> Select[Any]:
    """A page of a user's living logins, newest first. Values: ``user_id``, ``now``."""
    hits = select(LoginSession.id).where(
        LoginSession.user_id == bindparam("user_id"),
        LoginSession.expires_at > bindparam("now", type_=LoginSession.expires_at.type),
    )
    return paged(
        hits,
        LoginSession.id,
        COLUMNS,
        [(LoginSession.created_at, True), (LoginSession.id, True)],
        capped=capped,
    )
