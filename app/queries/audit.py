"""Statements about the audit log."""

from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, bindparam, delete, func, insert, select, update
from sqlalchemy.sql.dml import ReturningInsert

from app.db.sql.query import Query
from app.models import AuditEnd, AuditEvent, AuditTally
from app.queries.grants import DIALECTS
from app.queries.rows import Id

COLUMNS = (
    AuditEvent.number,
    AuditEvent.id.label("id"),
    AuditEvent.created_at,
    AuditEvent.actor_id,
    AuditEvent.actor_name,
    AuditEvent.credential_kind,
    AuditEvent.credential_id,
    AuditEvent.protocol,
    AuditEvent.address,
    AuditEvent.request_id,
    AuditEvent.action,
    AuditEvent.target_kind,
    AuditEvent.target_id,
    AuditEvent.target_name,
    AuditEvent.before,
    AuditEvent.after,
    AuditEvent.hash,
    AuditEvent.key_id,
)
CHAIN = 4_702_111_234_474_983_745
"""Number of PostgreSQL's advisory lock for the ends of the chain."""


class EventRecord(NamedTuple):
    """A row of the audit log."""

    number: int | None
    id: UUID
    created_at: datetime
    actor_id: UUID | None
    actor_name: str
    credential_kind: str
    credential_id: UUID | None
    protocol: str
    address: str
    request_id: str
    action: str
    target_kind: str
    target_id: UUID | None
    target_name: str
    before: Any
    after: Any
    hash: str | None
    key_id: str | None


class Number(NamedTuple):
    """The number of a row; 0 for none."""

    number: int


class LinkRecord(NamedTuple):
    """A row's place in the chain."""

    number: int
    hash: str


class EndRecord(NamedTuple):
    """An end of the chain."""

    number: int
    hash: str
    mac: str
    key_id: str


class MaybeNumber(NamedTuple):
    """The number of a row, if there is such a row."""

    number: int | None


insert_event = insert(AuditEvent.__table__)  # type: ignore[arg-type]
"""Values: the columns of a row."""

hold_chain = select(func.pg_advisory_xact_lock(bindparam("chain", CHAIN, type_=BigInteger)))
"""Wait on PostgreSQL until no other transaction changes the ends of the chain."""

select_any_unsealed = Query(select(AuditEvent.id.label("id")).where(AuditEvent.number.is_(None)).limit(1), Id)

select_any_ended = Query(
    select(AuditTally.shown.label("number"))
    .where(AuditTally.ends_at <= bindparam("now", type_=AuditTally.ends_at.type))
    .limit(1),
    Number,
)
"""Whether a window of counted failures has ended. Value: ``now``."""

select_unsealed = Query(
    select(*COLUMNS).where(AuditEvent.number.is_(None)).order_by(AuditEvent.id).limit(bindparam("most")), EventRecord
)
"""The next rows to seal. Value: ``most``."""

seal_event = (
    update(AuditEvent.__table__)  # type: ignore[arg-type]
    .where(AuditEvent.__table__.c.audit_event_id == bindparam("event_id"))
    .values(number=bindparam("its_number"), hash=bindparam("its_hash"), key_id=bindparam("its_key"))
)
"""Values: ``event_id``, ``its_number``, ``its_hash``, ``its_key``."""

select_chain = Query(
    select(*COLUMNS).where(AuditEvent.number > bindparam("after")).order_by(AuditEvent.number).limit(bindparam("most")),
    EventRecord,
)
"""Sealed rows in order. Values: ``after``, a number; ``most``."""

select_end = Query(
    select(AuditEnd.number, AuditEnd.hash, AuditEnd.mac, AuditEnd.key_id).where(AuditEnd.name == bindparam("name")),
    EndRecord,
)
"""Value: ``name``."""

select_last_number = Query(select(func.coalesce(func.max(AuditEvent.number), 0).label("number")), Number)

select_first_since = Query(
    select(func.min(AuditEvent.number).label("number")).where(
        AuditEvent.number.is_not(None), AuditEvent.created_at >= bindparam("since", type_=AuditEvent.created_at.type)
    ),
    MaybeNumber,
)
"""The number of the first row that is not older than ``since``."""

select_links = Query(
    select(AuditEvent.number, AuditEvent.hash)
    .where(AuditEvent.number <= bindparam("last"))
    .order_by(AuditEvent.number)
    .limit(bindparam("most")),
    LinkRecord,
)
"""Numbers and hashes of the first rows. Values: ``last``, a number; ``most``."""

delete_through = delete(AuditEvent).where(AuditEvent.number <= bindparam("last"))
"""Value: ``last``, a number."""

_tally = AuditTally.__table__.c
_ended = (
    select(_tally.key)
    .where(_tally.ends_at <= bindparam("now", type_=AuditTally.ends_at.type))
    .with_for_update(skip_locked=True)
)
take_ended_tallies = (
    delete(AuditTally.__table__)  # type: ignore[arg-type]
    .where(_tally.key.in_(_ended))
    .returning(_tally.total, _tally.shown, _tally.event)
)
"""Delete the tallies whose window has ended, and return them: only one of several callers gets each. Value: ``now``."""


@cache
def count_failure(dialect: str) -> ReturningInsert[Any]:
    """Count a failure, and return how many there have been in this window. Values: the columns of the tally."""
    made = DIALECTS[dialect](AuditTally.__table__)
    counted = made.on_conflict_do_update(index_elements=["key"], set_={"total": _tally.total + 1})
    returning: ReturningInsert[Any] = counted.returning(_tally.total)
    return returning


@cache
def select_events(*filters: str) -> Query[EventRecord]:
    """
    Rows that were sealed, newest first. Values: ``before``, a number that theirs are below; ``most``; ``skipped``; and
    one for each of the ``filters``, which are names in ``FILTERS``.
    """
    found = select(*COLUMNS).where(AuditEvent.number < bindparam("before"), *(FILTERS[name] for name in filters))
    page = found.order_by(AuditEvent.number.desc()).limit(bindparam("most")).offset(bindparam("skipped"))
    return Query(page, EventRecord)


@cache
def count_events(*filters: str) -> Query[Number]:
    """How many sealed rows there are. Values: one for each of the ``filters``."""
    found = select(func.count().label("number")).select_from(AuditEvent)
    return Query(found.where(AuditEvent.number.is_not(None), *(FILTERS[name] for name in filters)), Number)


_moment = AuditEvent.created_at.type
FILTERS: dict[str, ColumnElement[bool]] = {
    "actor": AuditEvent.actor_name == bindparam("actor"),
    "actor_id": AuditEvent.actor_id == bindparam("actor_id"),
    "action": AuditEvent.action == bindparam("action"),
    "target_kind": AuditEvent.target_kind == bindparam("target_kind"),
    "target_id": AuditEvent.target_id == bindparam("target_id"),
    "since": AuditEvent.created_at >= bindparam("since", type_=_moment),
    "until": AuditEvent.created_at < bindparam("until", type_=_moment),
}
"""Conditions by the name of the filter."""
