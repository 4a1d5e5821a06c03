"""
The hash chain of the audit log, which shows tampering.

Events are written without a number. Soon after, ``seal`` numbers the new rows under a lock and gives each an HMAC of
its columns and of the hash before it. The key is derived from the server's secret, so that write access
to the database is not enough to make valid hashes. Both ends of the chain are kept apart, with HMACs of their own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hmac import compare_digest
from typing import Literal

import orjson

from app.db.reads import fetch_all
from app.db.session import Unit, retried, transaction
from app.domain.errors import ChainBroken
from app.models import AuditEnd, utcnow
from app.queries import audit as queries
from app.queries.audit import EventRecord
from app.runtime import runtime
from app.services.audit import failures

Name = Literal["start", "end"]
SEALED_AT_ONCE = 500
READ_AT_ONCE = 1000
START: Name = "start"
END: Name = "end"
CHANGED = "was changed, or is not in its place"
MISSING = "is missing"
FORGED = "is recorded as the {name} of the log, but not by this server"
NO_KEY = "was sealed with a key that this server does not have (FRONTDESK_PREVIOUS_SECRET_KEYS)"


@dataclass(frozen=True, slots=True)
class Link:
    """A place in the chain: the number and the hash of a row; zero and nothing before the first row."""

    number: int = 0
    hash: str = ""


BEGINNING = Link()


@dataclass(frozen=True, slots=True)
class Verified:
    """A chain without gaps or changes."""

    rows: int
    first: int
    last: int
    hash: str
    """The hash of the last row."""


def seal(*, with_new_key: bool = False) -> int:
    """
    Number and hash the rows that are new, and return how many there were. Safe to call anywhere, at any time.

    :param with_new_key: also if the former key is lost. Only the server does this, whose key was checked: a command
        that was run without the server's settings must not seal anything
    """
    sealed, some = 0, SEALED_AT_ONCE
    while some == SEALED_AT_ONCE and _has_work():
        some = _seal_some(with_new_key=with_new_key)
        sealed += some
    return sealed


def _has_work() -> bool:
    return bool(fetch_all(queries.select_any_unsealed) or fetch_all(queries.select_any_ended, now=utcnow()))


@retried
def _seal_some(*, with_new_key: bool) -> int:
    keys = runtime().chain_keys
    if not keys.current:
        return 0
    with transaction() as session:
        hold(session)
        end = session.get(AuditEnd, END)
        if end is not None and not keys.has(end.key_id) and not with_new_key:
            return 0
        failures.report(session)
        rows = fetch_all(queries.select_unsealed, most=SEALED_AT_ONCE)
        if not rows:
            return 0
        link, values, numbered = _last_link(end), [], []
        for row in rows:
            number = link.number + 1
            link = Link(number, keys.mac(keys.current, _content(row, number, link.hash)) or "")
            values.append({"event_id": row.id, "its_number": number, "its_hash": link.hash, "its_key": keys.current})
            numbered.append(row._replace(number=number))
        session.execute(queries.seal_event, values)
        put_end(session, END, link)
        for listen in runtime().on_sealed:
            listen(session, numbered)
    return len(rows)


def hold(session: Unit) -> None:
    """Take the lock on both ends of the chain, until the transaction ends."""
    if session.get_bind().dialect.name == "postgresql":  # SQLite has only one writing transaction at a time
        session.execute(queries.hold_chain)


def put_end(session: Unit, name: Name, link: Link) -> None:
    """Move an end of the chain, in a transaction that holds it."""
    key_id = runtime().chain_keys.current
    session.merge(AuditEnd(name=name, number=link.number, hash=link.hash, mac=_mac(key_id, name, link), key_id=key_id))


def verify() -> Verified:
    """
    Seal what is new, and check every row of the log.

    :raises ChainBroken: a row was changed, removed, added or moved; it has the number of the first such row
    """
    seal()
    while True:
        start, end = _end(START), _end(END)
        try:
            return _verified(start, end)
        except ChainBroken:
            if _end(START) == start and (end != BEGINNING or _end(END) == end):
                raise  # otherwise rows were pruned meanwhile, or the first ones were sealed


def _verified(start: Link, end: Link) -> Verified:
    link, rows = start, 0
    for row in read(after=0):
        number, key_id = row.number or 0, row.key_id or ""
        if number != link.number + 1:
            raise ChainBroken(*((link.number + 1, MISSING) if number > link.number else (number, CHANGED)))
        mac = runtime().chain_keys.mac(key_id, _content(row, number, link.hash))
        if mac is None:
            raise ChainBroken(number, NO_KEY)
        if not compare_digest(mac, row.hash or ""):
            raise ChainBroken(number, CHANGED)
        link, rows = Link(number, mac), rows + 1
        if number == end.number and end.hash != mac:
            raise ChainBroken(number, CHANGED)
    if link.number < end.number:
        raise ChainBroken(link.number + 1, MISSING)
    if rows and end == BEGINNING:  # rows after these may have been removed together with the end
        raise ChainBroken(link.number + 1, MISSING)
    return Verified(rows, start.number + 1 if rows else 0, link.number if rows else 0, link.hash)


def read(*, after: int) -> Iterator[EventRecord]:
    """Yield the sealed rows with higher numbers, in order, without ever holding many of them."""
    while rows := fetch_all(queries.select_chain, after=after, most=READ_AT_ONCE):
        yield from rows
        after = rows[-1].number or 0


def _last_link(end: AuditEnd | None) -> Link:
    """
    Return where the chain goes on.

    If the end was moved back, numbers still go on after the last row: sealing works, and ``verify`` finds the gap.
    """
    (last,) = fetch_all(queries.select_last_number)
    return Link(last.number) if end is None else Link(max(last.number, end.number), end.hash)


def _end(name: Name) -> Link:
    """Return an end of the chain. :raises ChainBroken: its HMAC is wrong"""
    found = fetch_all(queries.select_end, name=name)
    if not found:
        return BEGINNING
    (end,) = found
    link = Link(end.number, end.hash)
    mac = _mac(end.key_id, name, link)
    if not mac:
        raise ChainBroken(end.number, NO_KEY)
    if not compare_digest(mac, end.mac):
        raise ChainBroken(end.number, FORGED.format(name=name))
    return link


def _mac(key_id: str, name: str, link: Link) -> str:
    return runtime().chain_keys.mac(key_id, orjson.dumps([name, link.number, link.hash])) or ""


def _content(row: EventRecord, number: int, before: str) -> bytes:
    """Return what a row's hash covers: the hash before it, and all columns but ``hash`` itself and ``key_id``."""
    return orjson.dumps([before, number, *row[1:-2]])
