"""Statements about names and addresses of accounts."""

from typing import NamedTuple

from sqlalchemy import BigInteger, bindparam, func, or_, select, update

from app.db.sql.query import Query
from app.models import User

hold_name = select(func.pg_advisory_xact_lock(bindparam("number", type_=BigInteger)))
"""Wait until nobody else is about to take the name, on PostgreSQL. Value: ``number``, made of the name."""


class NameKeys(NamedTuple):
    """What an account is called, as names are compared."""

    username_key: str | None
    email_key: str | None


select_clashes = Query(
    select(User.username_key, User.email_key).where(
        User.id != bindparam("user_id"),
        or_(User.username_key == bindparam("email_key"), User.email_key == bindparam("username_key")),
    ),
    NameKeys,
)
"""Other accounts whose name is the address, or whose address is the name. Values: ``user_id`` and both keys or null."""

touch_user = (
    update(User)
    .where(User.id == bindparam("seen_id"), or_(User.last_seen_at.is_(None), User.last_seen_at < bindparam("stale")))
    .values(last_seen_at=bindparam("now"), updated_at=User.updated_at)
)
"""Note that a user was there; that is no change of the account. Values: ``seen_id``, ``stale``, ``now``."""
