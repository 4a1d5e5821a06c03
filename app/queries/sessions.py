"""Statements about sessions."""

from datetime import datetime
from functools import cache
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, select, update

from app.db.sql.pagination import paged
from app.db.sql.query import PageQuery
from app.models import LoginSession, User
from app.queries.credentials import statements
from app.queries.second_factor import MUST_ENROLL

COLUMNS = (
    LoginSession.id.label("id"),
    LoginSession.created_at,
    LoginSession.last_used_at,
    LoginSession.expires_at,
    LoginSession.address,
    LoginSession.user_agent,
)


class SessionRecord(NamedTuple):
    """A session."""

    id: UUID
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    address: str | None
    user_agent: str | None


_good = LoginSession.expires_at > bindparam("now", type_=LoginSession.expires_at.type)
stored = statements(
    LoginSession,
    lifetime=LoginSession.lifetime,
    good=_good,
    touched={"last_used_at": bindparam("now"), "expires_at": bindparam("until")},
    must_enroll=MUST_ENROLL,
    must_change_password=User.must_change_password.expression,
    confirmed_at=LoginSession.confirmed_at,
    kept_first=(LoginSession.created_at.desc(), LoginSession.id.desc()),
)
"""If a user has too many, the newest ones are kept."""


confirm_session = (
    update(LoginSession)
    .where(LoginSession.id == bindparam("session_id"))
    .values(confirmed_at=bindparam("at", type_=LoginSession.expires_at.type))
)
"""Note that the password was confirmed. Values: ``session_id``, ``at``."""


@cache
def select_sessions(*, capped: bool) -> PageQuery[SessionRecord]:
    """A page of a user's valid sessions, newest first. Values: ``user_id``, ``now``."""
    hits = select(LoginSession.id).where(
        LoginSession.user_id == bindparam("user_id"),
        _good,
    )
    order = [(LoginSession.created_at, True), (LoginSession.id, True)]
    return PageQuery(paged(hits, LoginSession.id, COLUMNS, order, capped=capped), SessionRecord)
