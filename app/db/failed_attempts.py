"""Counts of wrong guesses in the database, shared by all workers and hosts."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from typing import NamedTuple

from flask import g
from sqlalchemy import BigInteger, Connection, bindparam, case, delete, func, insert, select, update

from app.db.errors import translated
from app.db.reads import fetch_committed
from app.db.session import UNIT, Unit, db
from app.db.sql.query import Query
from app.domain.attempts import Guess, Limits, Standing, whole_seconds
from app.models import FailedAttempt, new_id, utcnow

MOST_ROWS = 100_000
"""Beyond this number, the oldest rows are deleted. An attacker with enough addresses to push out the rows of others
could as well guess from those addresses."""
TRIM_EVERY = 100
PRUNED_AT_ONCE = 100

_of_account = FailedAttempt.account_key == bindparam("account_key")


class Tally(NamedTuple):
    """The numbers of failures for an account and an address, and when the first of each expires."""

    of_account: int
    account_until: datetime | None
    of_place: int
    place_until: datetime | None


_tally = Query(
    select(
        func.count(case((_of_account, 1))).label("of_account"),
        func.min(case((_of_account, FailedAttempt.expires_at))).label("account_until"),
        func.count().label("of_place"),
        func.min(FailedAttempt.expires_at).label("place_until"),
    ).where(FailedAttempt.place_key == bindparam("place_key"), FailedAttempt.expires_at > bindparam("now")),
    Tally,
)
"""Values: ``account_key``, ``place_key``, ``now``."""

_hold_place = select(func.pg_advisory_xact_lock(bindparam("number", type_=BigInteger)))
"""Wait on PostgreSQL until no other transaction counts for the address. Value: ``number``, derived from its key."""

_forgive = (
    update(FailedAttempt)
    .where(FailedAttempt.place_key == bindparam("of_place"), FailedAttempt.account_key == bindparam("of_account"))
    .values(account_key=None)
)
_expired = (
    select(FailedAttempt.id)
    .where(FailedAttempt.expires_at <= bindparam("now"))
    .order_by(FailedAttempt.expires_at)
    .limit(PRUNED_AT_ONCE)
    .with_for_update(skip_locked=True)
)
_prune = delete(FailedAttempt).where(FailedAttempt.id.in_(_expired))
_beyond = (
    select(FailedAttempt.id)
    .order_by(FailedAttempt.expires_at.desc())
    .offset(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_trim = delete(FailedAttempt).where(FailedAttempt.id.in_(_beyond))


class DatabaseFailures:
    """Counts wrong guesses in a table with a row for each. Adding a row prunes old ones."""

    def __init__(self, most_rows: int = MOST_ROWS) -> None:
        self._most_rows = most_rows
        self._added = count()

    def look(self, guess: Guess, limits: Limits) -> Standing:
        """Return what has been counted for this account and address."""
        now = utcnow()
        (tally,) = fetch_committed(_tally, account_key=guess.account, place_key=guess.place, now=now)
        return _standing(tally, limits, now)

    def add(self, guess: Guess, limits: Limits) -> int:
        """
        Count a wrong guess in a separate transaction and return 0. If a limit has been reached, count nothing and
        return the seconds to wait.

        :raises DatabaseUnavailable: the database is unreachable, busy or read-only
        """
        with _connection() as connection:
            return self._add(connection, guess, limits)

    def _add(self, connection: Connection, guess: Guess, limits: Limits) -> int:
        if connection.dialect.name == "postgresql":  # SQLite has only one writing transaction at a time
            number = int.from_bytes(bytes.fromhex(guess.place)[:8], "big", signed=True)
            connection.execute(_hold_place, {"number": number})
        now = utcnow()
        keys = {"account_key": guess.account, "place_key": guess.place}
        (tally,) = _tally.rows(connection.execute(_tally.statement, {**keys, "now": now}))
        wait = _standing(tally, limits, now).wait
        if not wait:
            until = now + timedelta(seconds=limits.window)
            connection.execute(insert(FailedAttempt).values(id=new_id(), expires_at=until, **keys))
            connection.execute(_prune, {"now": now})
            if next(self._added) % TRIM_EVERY == 0:
                connection.execute(_trim, {"most": self._most_rows})
        return wait

    def forgive(self, guess: Guess) -> None:
        """
        Forget the account's wrong guesses from this address; they still count for the address.

        :raises DatabaseUnavailable: the database is unreachable, busy or read-only
        """
        with _connection() as connection:
            connection.execute(_forgive, {"of_place": guess.place, "of_account": guess.account})


@contextmanager
def _connection() -> Iterator[Connection]:
    """
    A short transaction that is committed whatever becomes of the request.

    :raises DatabaseUnavailable: the database is unreachable, busy or read-only
    """
    unit: Unit | None = g.get(UNIT)
    if unit is not None and unit().in_transaction():
        raise RuntimeError("a guess inside a transaction would deadlock on SQLite")
    with translated, db.engine.begin() as connection:
        yield connection


def _standing(tally: Tally, limits: Limits, now: datetime) -> Standing:
    ends = []
    if tally.of_account >= limits.attempts:
        ends.append(tally.account_until)
    if tally.of_place >= limits.attempts_per_address:
        ends.append(tally.place_until)
    return Standing(whole_seconds((end - now).total_seconds() for end in ends if end), tally.of_account > 0)
