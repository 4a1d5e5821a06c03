"""Reading and pruning the audit log. For administrators."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import orjson

from app.db.reads import fetch_all
from app.db.session import retried, transaction
from app.domain import policy
from app.domain.actor import Actor
from app.domain.audit import AuditFilters
from app.domain.pagination import MOST_NUMBER, Page, Window, cursor_of
from app.queries import audit as queries
from app.queries.audit import EventRecord
from app.services import events
from app.services.acting import recheck
from app.services.audit import chain
from app.services.audit.chain import Link, Verified

PRUNED_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class Slice:
    """Rows of the log, newest first."""

    data: Sequence[EventRecord]
    next_cursor: str | None
    """The place where the next rows begin; None if there are none."""


def list_before(actor: Actor, before: int | None, size: int, filters: AuditFilters) -> Slice:
    """Return rows below a number, newest first, or the newest of all. Rows that are new are sealed first."""
    policy.require(policy.can_read_audit(actor))
    chain.seal()
    wanted = filters.values
    query = queries.select_events(*wanted)
    rows = fetch_all(query, before=before or MOST_NUMBER, most=size + 1, skipped=0, **wanted)
    return Slice([*map(_read, rows[:size])], cursor_of(rows[size - 1].number or 0) if len(rows) > size else None)


def list_page(actor: Actor, window: Window, filters: AuditFilters) -> Page[EventRecord]:
    """Return a page of the log, newest first, and the number of all rows. See ``list_before``."""
    policy.require(policy.can_read_audit(actor))
    chain.seal()
    wanted = filters.values
    (count,) = fetch_all(queries.count_events(*wanted), **wanted)
    query = queries.select_events(*wanted)
    rows = fetch_all(query, before=MOST_NUMBER, most=window.limit, skipped=window.offset, **wanted)
    return Page([*map(_read, rows)], count.number)


def export(actor: Actor, *, after: int = 0) -> Iterator[EventRecord]:
    """Yield the sealed rows with numbers above ``after``, oldest first, with their hashes."""
    policy.require(policy.can_read_audit(actor))
    chain.seal()
    return map(_read, chain.read(after=after))


def list_after(actor: Actor, after: int, size: int) -> list[EventRecord]:
    """Return the first of the rows that ``export`` yields."""
    return list(islice(export(actor, after=after), size))


def verify(actor: Actor) -> Verified:
    """Check the whole log. :raises ChainBroken: it was tampered with"""
    policy.require(policy.can_read_audit(actor))
    return chain.verify()


def prune(actor: Actor, *, before: datetime) -> int:
    """
    Delete the rows up to the first one that is not older than ``before``, and return how many they were.

    The number and the hash of the last of them are kept, so that the others can still be verified.
    """
    policy.require(policy.can_administer(actor))
    chain.seal()
    (first,) = fetch_all(queries.select_first_since, since=before)
    (newest,) = fetch_all(queries.select_last_number)
    last = newest.number if first.number is None else first.number - 1
    pruned = 0
    while some := _prune_some(actor, last):
        pruned += some
    return pruned


@retried
def _prune_some(actor: Actor, last: int) -> int:
    with transaction() as session:
        recheck(actor)
        chain.hold(session)
        rows = fetch_all(queries.select_links, last=last, most=PRUNED_AT_ONCE)
        if rows:
            number = rows[-1].number
            session.execute(queries.delete_through, {"last": number})
            chain.put_end(session, chain.START, Link(number, rows[-1].hash))
            events.record(session, events.AuditPruned(actor, number))
    return len(rows)


def _read(row: EventRecord) -> EventRecord:
    """Return the row with values instead of their JSON texts."""
    before, after = (text and orjson.loads(text) for text in (row.before, row.after))
    return row._replace(before=before, after=after)
