"""A thread in each worker that sends mail."""

import time
from multiprocessing.util import Finalize
from threading import Event, Thread

import structlog
from flask import Flask

from app.domain.errors import Unavailable
from app.runtime import runtime
from app.services.notifications import delivery

log = structlog.get_logger()
EVERY_SECONDS = 5.0
"""Interval between checks of the outbox, to which other processes add mail as well."""
UNREACHABLE_SECONDS = 30.0
COUNT_SECONDS = 30.0
GOODBYE_SECONDS = 10.0
"""Time to finish the mail being sent when the worker stops; after that, another worker will retry it."""


class MailWorker:
    """Sends mail that is due: at once if this process wrote it, within seconds if another one did."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="mail", daemon=True)
        with app.app_context():
            self._bell = runtime().mail_bell

    def start(self) -> None:
        """Start the thread; it stops when the process ends."""
        self._thread.start()
        # Worker processes run finalizers when they end, but not functions registered with atexit.
        Finalize(None, self.stop, exitpriority=0)

    def stop(self) -> None:
        """Stop sending, after waiting up to ``GOODBYE_SECONDS`` for the mail in progress."""
        self._stopping.set()
        self._bell.set()
        self._thread.join(GOODBYE_SECONDS)

    def _run(self) -> None:
        counted = -COUNT_SECONDS
        while not self._stopping.is_set():
            pause = EVERY_SECONDS
            self._bell.clear()
            with self._app.app_context():
                try:
                    tally = delivery.deliver(self._stopping)
                    if tally.anything:  # addresses and errors are not logged: they are in the outbox
                        log.info("mail", sent=tally.sent, postponed=tally.postponed, given_up=tally.given_up)
                    if tally.anything or time.monotonic() - counted >= COUNT_SECONDS:
                        delivery.watch_outbox()
                        counted = time.monotonic()
                    if tally.unreachable:
                        pause = UNREACHABLE_SECONDS
                except Unavailable as error:  # the database is unavailable: mail waits until it is back
                    log.warning("the outbox cannot be read", error=type(error).__name__)
                except Exception:  # an unexpected error must not stop later mails
                    log.exception("sending mail failed")
            if pause == UNREACHABLE_SECONDS:
                self._stopping.wait(pause)
            else:
                self._bell.wait(pause)
