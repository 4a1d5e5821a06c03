"""Statements about API keys."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, func, null, or_, select

from app.db.sql.query import Query
from app.models import ApiKey
from app.queries.credentials import statements
from app.queries.rows import Number


class KeyRecord(NamedTuple):
    """An API key."""

    id: UUID
    name: str
    key_prefix: str
    scopes: str | None
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None


select_keys = Query(
    select(
        ApiKey.id.label("id"),
        ApiKey.name,
        ApiKey.key_prefix,
        ApiKey.scopes,
        ApiKey.created_at,
        ApiKey.last_used_at,
        ApiKey.expires_at,
    )
    .where(ApiKey.user_id == bindparam("user_id"))
    .order_by(ApiKey.created_at.desc(), ApiKey.id.desc()),
    KeyRecord,
)
"""A user's keys, expired ones among them, newest first. Value: ``user_id``."""

count_keys = Query(select(func.count().label("number")).where(ApiKey.user_id == bindparam("user_id")), Number)
"""Value: ``user_id``."""

stored = statements(
    ApiKey,
    lifetime=null(),
    good=or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > bindparam("now", type_=ApiKey.created_at.type)),
    touched={"last_used_at": bindparam("now")},
    kept_first=(ApiKey.created_at.desc(), ApiKey.id.desc()),
    name=ApiKey.name,
    scopes=ApiKey.scopes,
)
