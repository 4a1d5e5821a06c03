"""A streaming replica that answers lists: how far it has come, and whether a caller may read from it."""

import os
import socket
import time
from collections import deque
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Any

import structlog
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import SQLAlchemyError

from app.models import utcnow

log = structlog.get_logger()
EVERY_SECONDS = 0.5
MARGIN = timedelta(seconds=2)
"""Clocks of our hosts may differ by this, and a commit may take so long."""
MOST_PENDING = 240
SLOW_SECONDS = 1.0
"""A replica that takes so long to say how far it has come is asked for nothing else meanwhile."""
MOST_SECONDS = 5.0
"""Whoever has waited so long for the replica asks the primary instead."""

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
        self._looks_since: float | None = None
        self._lent: dict[int, tuple[float, Any]] = {}
        event.listen(engine, "checkout", self._lend)
        event.listen(engine, "checkin", self._take_back)

    def may_answer(self, wrote_at: datetime | None) -> bool:
        """Whether a caller who wrote at this moment, or never, finds there what it would find on the primary."""
        until, looks_since = self.complete_until, self._looks_since
        if until is None or utcnow() - until > self.max_lag:
            return False
        if looks_since is not None and time.monotonic() - looks_since > SLOW_SECONDS:
            return False
        return wrote_at is None or wrote_at < until - MARGIN

    def lost(self) -> None:
        """It did not answer: lists stay on the primary until it has been heard of again."""
        if self.complete_until is not None:
            log.warning("replica does not answer; lists stay on the primary")
        self.complete_until = None

    def watch(self) -> None:
        """Keep an eye on it from now on, in threads of our own."""
        Thread(target=self._watch, name="replica", daemon=True).start()
        Thread(target=self._guard, name="replica-guard", daemon=True).start()

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
        self._looks_since = time.monotonic()
        try:
            self._confirm()
        except SQLAlchemyError:
            self.lost()
        finally:
            self._looks_since = None

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

    def _lend(self, connection: Any, record: Any, _proxy: Any) -> None:
        self._lent[id(record)] = (time.monotonic(), connection)

    def _take_back(self, _connection: Any, record: Any) -> None:
        self._lent.pop(id(record), None)

    def _guard(self) -> None:
        while not self._stopped.wait(EVERY_SECONDS):
            self.hang_up()

    def hang_up(self) -> None:
        """
        Break the connections on which somebody has waited for too long. The driver would wait for ever: a machine
        may take what it is sent although its database hangs.
        """
        now = time.monotonic()
        for since, connection in list(self._lent.values()):
            if now - since > MOST_SECONDS:
                with suppress(Exception), socket.socket(fileno=os.dup(connection.fileno())) as line:
                    line.shutdown(socket.SHUT_RDWR)
