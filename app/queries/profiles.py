"""Statements about usernames and e-mail addresses."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, String, Uuid, and_, bindparam, func, or_, select, update

from app.db.sql.query import Query
from app.models import User

ALL_NAMES = 5_413_092_277_168_034_817
"""Number of PostgreSQL's advisory lock for all names together."""
hold_name = select(
    func.pg_advisory_xact_lock_shared(ALL_NAMES), func.pg_advisory_xact_lock(bindparam("number", type_=BigInteger))
)
"""Wait on PostgreSQL until no other transaction is claiming the name. Value: ``number``, derived from the name."""
hold_all_names = select(func.pg_advisory_xact_lock(ALL_NAMES))
"""Wait on PostgreSQL until no other transaction is claiming any name."""


class NameKeys(NamedTuple):
    """The folded username and e-mail address of an account."""

    username_key: str | None
    email_key: str | None


select_clashes = Query(
    select(User.username_key, User.email_key).where(
        User.id != bindparam("user_id"),
        or_(User.username_key == bindparam("email_key"), User.email_key == bindparam("username_key")),
    ),
    NameKeys,
)
"""
Other accounts whose username is this e-mail address, or whose e-mail address is this username. Values: ``user_id``,
``username_key``, ``email_key``; the keys can be null.
"""


class Taken(NamedTuple):
    """What an account occupies; the keys of a deleted account are null, and its external id is free."""

    id: UUID
    username_key: str | None
    email_key: str | None
    deleted: bool


_username, _email = bindparam("username_key", type_=String()), bindparam("email_key", type_=String())
select_taken = Query(
    select(User.id.label("id"), User.username_key, User.email_key, User.deleted_at.is_not(None).label("deleted")).where(
        User.id != bindparam("user_id"),
        or_(
            User.id == bindparam("id", type_=Uuid()),
            User.username_key.in_([_username, _email]),
            User.email_key.in_([_username, _email]),
            and_(User.external_id == bindparam("external_id"), User.deleted_at.is_(None)),
        ),
    ),
    Taken,
)
"""
Accounts other than ``user_id`` that have this id, or whose names or external id are among these. Values: ``user_id``,
``id``, ``username_key``, ``email_key``, ``external_id``; all but the first can be null.
"""

touch_user = (
    update(User)
    .where(User.id == bindparam("seen_id"), or_(User.last_seen_at.is_(None), User.last_seen_at < bindparam("stale")))
    .values(last_seen_at=bindparam("now"), updated_at=User.updated_at)
)
"""
Record when a user was last seen, unless that was recorded since ``stale``. It keeps ``updated_at``, as it is not a
change of the account. Values: ``seen_id``, ``stale``, ``now``.
"""
