"""A thread in each worker that sends mail."""

import time

import structlog
from flask import Flask

from app.domain.errors import Unavailable
from app.runtime import runtime
from app.server.background import Background
from app.services.notifications import delivery

log = structlog.get_logger()
EVERY_SECONDS = 5.0
"""Interval between checks of the outbox, to which other processes add mail as well."""
UNREACHABLE_SECONDS = 30.0
COUNT_SECONDS = 30.0


class MailWorker(Background):
    """Sends mail that is due: at once if this process wrote it, within seconds if another one did."""

    name = "mail"
    goodbye_seconds = 10.0
    """Time to finish the mail being sent; after that, another worker will retry it."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        with app.app_context():
            self._bell = runtime().mail_bell

    def _wake(self) -> None:
        self._bell.set()

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
