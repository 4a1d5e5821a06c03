"""Statements about access tokens."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, func, null, or_, select

from app.db.sql.query import Query
from app.models import AccessToken
from app.queries.credentials import statements

_now = bindparam("now", type_=AccessToken.created_at.type)
_good = or_(AccessToken.expires_at.is_(None), AccessToken.expires_at > _now)


class TokenRecord(NamedTuple):
    """An access token."""

    id: UUID
    description: str
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None


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
"""A user's valid tokens, newest first. Values: ``user_id``, ``now``."""

stored = statements(
    AccessToken,
    lifetime=null(),
    good=_good,
    touched={"last_used_at": bindparam("now")},
    kept_first=(
        func.coalesce(AccessToken.last_used_at, AccessToken.created_at).desc(),
        AccessToken.created_at.desc(),
        AccessToken.id.desc(),
    ),
)
"""If a user has too many, the most recently used or created ones are kept."""
