"""Statements about tokens for programs."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Integer, bindparam, delete, func, null, or_, select, update

from app.db.sql.query import Query
from app.models import AccessToken, User
from app.queries.rows import Id
from app.queries.users import SUMMARY

_now = bindparam("now", type_=AccessToken.created_at.type)
_good = or_(AccessToken.expires_at.is_(None), AccessToken.expires_at > _now)


class TokenBearer(NamedTuple):
    """Who bears a token for programs."""

    id: UUID
    username: str
    role: str
    created_at: datetime | None
    session_id: None
    token_id: UUID
    last_used_at: datetime | None
    wrote_at: datetime | None


class TokenRecord(NamedTuple):
    """A token for programs."""

    id: UUID
    description: str
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None


select_by_token = Query(
    select(
        *SUMMARY,
        null().label("session_id"),
        AccessToken.id.label("token_id"),
        AccessToken.last_used_at,
        AccessToken.wrote_at,
    )
    .join(User, User.id == AccessToken.user_id)
    .where(AccessToken.token_hash == bindparam("token_hash"), _good, User.deleted_at.is_(None), ~User.pending),
    TokenBearer,
)
"""Who bears a token. Values: ``token_hash``, ``now``."""

select_id = Query(select(AccessToken.id.label("id")).where(AccessToken.id == bindparam("token_id")), Id)
"""Whether a token is still there. Value: ``token_id``."""

touch_token = (
    update(AccessToken)
    .where(
        AccessToken.id == bindparam("token_id"),
        or_(AccessToken.last_used_at.is_(None), AccessToken.last_used_at < bindparam("stale")),
    )
    .values(last_used_at=bindparam("now"))
)
"""Note a use; of several at once, one writes. Values: ``token_id``, ``stale``, ``now``."""

select_tokens = Query(
    select(
        AccessToken.id.label("id"),
        AccessToken.description,
        AccessToken.created_at,
        AccessToken.last_used_at,
        AccessToken.expires_at,
    )
    .where(AccessToken.user_id == bindparam("user_id"), _good)
    .order_by(AccessToken.created_at.desc(), AccessToken.id.desc()),
    TokenRecord,
)
"""A user's good tokens, newest first. Values: ``user_id``, ``now``."""

delete_of_user = delete(AccessToken).where(AccessToken.user_id == bindparam("owner_id"))
delete_one = delete_of_user.where(AccessToken.id == bindparam("token_id"))
delete_expired = delete(AccessToken).where(AccessToken.expires_at < bindparam("now"))
delete_expired_of_user = delete_expired.where(AccessToken.user_id == bindparam("owner_id"))

_least_used = (
    select(AccessToken.id)
    .where(AccessToken.user_id == bindparam("owner_id"))
    .order_by(
        func.coalesce(AccessToken.last_used_at, AccessToken.created_at).desc(),
        AccessToken.created_at.desc(),
        AccessToken.id.desc(),
    )
    .offset(bindparam("kept", type_=Integer))
)
delete_beyond = delete(AccessToken).where(AccessToken.id.in_(_least_used))
"""All but the ``kept`` tokens of a user that were used, or made, last. Values: ``owner_id``, ``kept``."""
