"""Statements that count and delete what has expired."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Delete, Insert, bindparam, delete, exists, func, or_, select, update

from app.db.sql.query import Query
from app.models import (
    AccessToken,
    ApiKey,
    FailedAttempt,
    IdempotencyKey,
    Invitation,
    LoginSession,
    OutboxMail,
    PartialLogin,
    PasswordReset,
    SecondFactor,
    ServerSetting,
    UsedStep,
    User,
    WebhookDelivery,
    Website,
)
from app.queries.grants import DIALECTS
from app.queries.rows import Id, Number

BATCH = 1000
"""So many rows are deleted at once, so that no transaction takes long."""
PURGED_AT = "purged-at"
"""Name of the server's setting with the time of the last daily run."""


class SettingValue(NamedTuple):
    """The value of a setting of the server."""

    value: str


@dataclass(frozen=True)
class Expired:
    """The expired rows of one table."""

    name: str
    age: timedelta
    """How long after they expired, or were given up, rows are kept."""
    count: Query[Number]
    """Value: ``before``."""
    delete: Delete
    """Deletes one batch, without rows that another transaction has locked. Value: ``before``."""


def _expired(name: str, key: Any, *where: ColumnElement[bool], age: timedelta = timedelta()) -> Expired:
    batch = select(key).where(*where).limit(BATCH).with_for_update(skip_locked=True)
    count = Query(select(func.count().label("number")).select_from(key.class_).where(*where), Number)
    return Expired(name, age, count, delete(key.class_).where(key.in_(batch)))


_before = bindparam("before", type_=LoginSession.expires_at.type)
EXPIRED = (
    _expired("sessions", LoginSession.id, LoginSession.expires_at <= _before),
    _expired("access_tokens", AccessToken.id, AccessToken.expires_at <= _before),
    _expired("api_keys", ApiKey.id, ApiKey.expires_at <= _before, age=timedelta(days=30)),
    _expired("partial_logins", PartialLogin.id, PartialLogin.expires_at <= _before),
    _expired("idempotency_keys", IdempotencyKey.id, IdempotencyKey.expires_at <= _before),
    _expired("password_resets", PasswordReset.id, PasswordReset.expires_at <= _before),
    _expired("failed_attempts", FailedAttempt.id, FailedAttempt.expires_at <= _before),
    _expired(
        "unconfirmed_second_factors",
        SecondFactor.user_id,
        SecondFactor.enabled_at.is_(None),
        SecondFactor.created_at <= _before,
        age=timedelta(days=1),
    ),
    _expired(
        "unsent_mails",
        OutboxMail.id,
        OutboxMail.due_at.is_(None),
        OutboxMail.created_at <= _before,
        age=timedelta(days=30),
    ),
    _expired(
        "webhook_deliveries",
        WebhookDelivery.id,
        WebhookDelivery.due_at.is_(None),
        WebhookDelivery.created_at <= _before,
        age=timedelta(days=30),
    ),
)
"""Mail that has been sent is not stored; mail that could not be sent is kept for a while, as are webhooks' messages."""

_oldest = UsedStep.step < bindparam("oldest", type_=BigInteger)
count_used_steps = Query(select(func.count().label("number")).select_from(UsedStep).where(_oldest), Number)
delete_used_steps = delete(UsedStep).where(_oldest)
"""Codes of authenticator apps that could not be used again anyway. Value, of both: ``oldest``, a time step."""


def _ids(*where: ColumnElement[bool]) -> Query[Id]:
    """Accounts in the order of their ids, from the one after ``after``. Values: ``before``, ``after``."""
    after = User.id > bindparam("after", type_=User.id.type)
    return Query(select(User.id.label("id")).where(*where, after).order_by(User.id).limit(BATCH), Id)


_invited = (
    User.pending.is_(True),
    User.deleted_at.is_(None),
    exists()
    .where(
        Invitation.user_id == User.id,
        Invitation.expires_at <= _before,
        or_(Invitation.token_hash.is_not(None), Invitation.link_token_hash.is_not(None)),
    )
    .correlate(User),
    ~exists().where(Website.user_id == User.id).correlate(User),
)
count_invited = Query(select(func.count().label("number")).select_from(User).where(*_invited), Number)
select_invited = _ids(*_invited)
"""
Accounts that own no websites and whose invitation expired before ``before`` without being accepted. An invitation that
an import made without a link still has to be sent.
"""

_gone = User.deleted_at <= _before
count_deleted = Query(select(func.count().label("number")).select_from(User).where(_gone), Number)
select_deleted = _ids(_gone)
"""Accounts that were deleted before ``before``."""

FIRST_ID = UUID(int=0)

select_purged_at = Query(select(ServerSetting.value).where(ServerSetting.name == PURGED_AT), SettingValue)
claim_purge = (
    update(ServerSetting)
    .where(ServerSetting.name == PURGED_AT, ServerSetting.value < bindparam("due"))
    .values(value=bindparam("now"))
)
"""
Note that the daily run begins, if the last one began before ``due``. Of all servers, only one changes the row. Values:
``due``, ``now``: times as text that sorts as they do.
"""


@cache
def add_purged_at(dialect: str) -> Insert:
    """Insert the row for the time of the last daily run, unless it exists. Values: ``name``, ``value``."""
    added: Insert = DIALECTS[dialect](ServerSetting.__table__).on_conflict_do_nothing()
    return added
