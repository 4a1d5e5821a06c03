"""Statements about links for resetting a password."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, delete, or_, select

from app.db.sql.query import Query
from app.models import ACTIVE, PasswordReset, User
from app.queries.users import SUMMARY


class ResetOwner(NamedTuple):
    """The owner of a link, and when it expires."""

    id: UUID
    username: str
    role: str
    created_at: datetime | None
    email: str | None
    expires_at: datetime


class ResetAccount(NamedTuple):
    """The account that a link was requested for."""

    id: UUID
    username: str
    role: str
    created_at: datetime | None
    email: str | None
    pending: bool


select_by_token = Query(
    select(*SUMMARY, User.email, PasswordReset.expires_at)
    .join(User, User.id == PasswordReset.user_id)
    .where(
        PasswordReset.token_hash == bindparam("hash_of_token"),
        PasswordReset.expires_at > bindparam("now", type_=PasswordReset.expires_at.type),
        ACTIVE,
    ),
    ResetOwner,
)
"""The owner of a valid link. Values: ``hash_of_token``, ``now``."""

select_reset = select(PasswordReset).where(PasswordReset.user_id == bindparam("owner_id"))

delete_used = delete(PasswordReset).where(
    PasswordReset.token_hash == bindparam("used_hash"), PasswordReset.expires_at > bindparam("now")
)
"""Delete a valid link. Of concurrent requests that use it, only one deletes a row. Values: ``used_hash``, ``now``."""

delete_of_user = delete(PasswordReset).where(PasswordReset.user_id == bindparam("owner_id"))

select_account = Query(
    select(*SUMMARY, User.email, User.pending)
    .where(
        User.deleted_at.is_(None),
        User.disabled_at.is_(None),
        or_(User.username_key == bindparam("account_key"), User.email_key == bindparam("account_key")),
    )
    .order_by((User.username_key == bindparam("account_key")).desc())
    .limit(1),
    ResetAccount,
)
"""
The account with this username or e-mail address, unless it is disabled; a username takes precedence. Value:
``account_key``, folded.
"""
