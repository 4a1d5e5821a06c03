"""The streaming replica for lists: how far it has caught up, and whether a request can read from it."""

import os
import socket
import time
from collections import deque
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Any

from sqlalchemy import Engine, event, text
from sqlalchemy.exc import SQLAlchemyError

from app.models import utcnow
from app.telemetry.log import log

EVERY_SECONDS = 0.5
MARGIN = timedelta(seconds=2)
"""Allowance for clock differences between application hosts and for the duration of a commit."""
MOST_PENDING = 240
SLOW_SECONDS = 1.0
"""While a query for the replica's position takes longer than this, lists are read from the primary."""
MOST_SECONDS = 5.0
"""After so long without a result from the replica, a list is read from the primary instead."""

_position = text("SELECT pg_current_wal_lsn()::text")
_replayed = text("SELECT pg_is_in_recovery(), pg_last_wal_replay_lsn() >= CAST(:position AS pg_lsn)")


class Replica:
    """
    Tracks the moment up to which the replica has all writes of the primary.

    It notes the primary's position in the write-ahead log together with the local time, and waits until the replica
    has replayed that position. So it compares no clocks between database hosts.
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
        """Whether the replica has everything that the caller last wrote at ``wrote_at``; None if it wrote nothing."""
        until, looks_since = self.complete_until, self._looks_since
        if until is None or utcnow() - until > self.max_lag:
            return False
        if looks_since is not None and time.monotonic() - looks_since > SLOW_SECONDS:
            return False
        return wrote_at is None or wrote_at < until - MARGIN

    def lost(self) -> None:
        """Note that the replica failed. Lists are read from the primary until it responds again."""
        if self.complete_until is not None:
            log.warning("replica does not respond; reading lists from the primary")
        self.complete_until = None

    def watch(self) -> None:
        """Start the threads that track the replica's position and break connections that hang."""
        Thread(target=self._watch, name="replica", daemon=True).start()
        Thread(target=self._guard, name="replica-guard", daemon=True).start()

    def stop(self) -> None:
        """Stop these threads."""
        self._stopped.set()

    def _watch(self) -> None:
        while not self._stopped.wait(EVERY_SECONDS):
            self.look()

    def look(self) -> None:
        """Compare the positions of primary and replica once."""
        try:
            now = utcnow()
            with self.primary.connect() as connection:
                self._pending.append((now, connection.execute(_position).scalar_one()))
        except SQLAlchemyError:
            return  # what the replica has does not depend on the primary being reachable
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
                if not standby:  # it has been promoted and no longer follows the primary
                    self.lost()
                    return
                if not replayed:
                    return
                self._pending.popleft()
                if self.complete_until is None:
                    log.info("reading lists from the replica")
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
        Break connections that have been in use for too long.

        The driver would wait forever, since a host can acknowledge packets although its database hangs.
        """
        now = time.monotonic()
        for since, connection in list(self._lent.values()):
            if now - since > MOST_SECONDS:
                with suppress(Exception), socket.socket(fileno=os.dup(connection.fileno())) as line:
                    line.shutdown(socket.SHUT_RDWR)
