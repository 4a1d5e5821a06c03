"""A streaming replica that answers lists: how far it has come, and whether a caller may read from it."""

from collections import deque
from datetime import datetime, timedelta
from threading import Event, Thread

import structlog
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from app.models import utcnow

log = structlog.get_logger()
EVERY_SECONDS = 0.5
MARGIN = timedelta(seconds=2)
"""Clocks of our hosts may differ by this, and a commit may take so long."""
MOST_PENDING = 240

_position = text("SELECT pg_current_wal_lsn()::text")
_replayed = text("SELECT pg_is_in_recovery(), pg_last_wal_replay_lsn() >= CAST(:position AS pg_lsn)")


class Replica:
    """
    Knows up to which moment the replica has everything: the primary's position in the log at that moment
    has been replayed there. No clock is compared between database hosts.
    """

    def __init__(self, engine: Engine, primary: Engine, *, max_lag: float) -> None:
        self.engine, self.primary = engine, primary
        self.max_lag = timedelta(seconds=max_lag)
        self.complete_until: datetime | None = None
        self._pending: deque[tuple[datetime, str]] = deque(maxlen=MOST_PENDING)
        self._stopped = Event()

    def may_answer(self, wrote_at: datetime | None) -> bool:
        """Whether a caller who wrote at this moment, or never, finds there what it would find on the primary."""
        until = self.complete_until
        if until is None or utcnow() - until > self.max_lag:
            return False
        return wrote_at is None or wrote_at < until - MARGIN

    def lost(self) -> None:
        """It did not answer: lists stay on the primary until it has been heard of again."""
        if self.complete_until is not None:
            log.warning("replica does not answer; lists stay on the primary")
        self.complete_until = None

    def watch(self) -> None:
        """Keep an eye on it from now on, in a thread of our own."""
        Thread(target=self._watch, name="replica", daemon=True).start()

    def stop(self) -> None:
        """Look away."""
        self._stopped.set()

    def _watch(self) -> None:
        while not self._stopped.wait(EVERY_SECONDS):
            self.look()

    def look(self) -> None:
        """Compare positions once."""
        try:
            now = utcnow()
            with self.primary.connect() as connection:
                self._pending.append((now, connection.execute(_position).scalar_one()))
        except SQLAlchemyError:
            return  # what the replica had, it still has
        try:
            self._confirm()
        except SQLAlchemyError:
            self.lost()

    def _confirm(self) -> None:
        with self.engine.connect() as connection:
            while self._pending:
                moment, position = self._pending[0]
                standby, replayed = connection.execute(_replayed, {"position": position}).one()
                if not standby:  # promoted: it goes its own way now
                    self.lost()
                    return
                if not replayed:
                    return
                self._pending.popleft()
                if self.complete_until is None:
                    log.info("replica answers lists")
                self.complete_until = moment
