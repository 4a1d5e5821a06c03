"""A worker's thread that sends mail while the worker serves."""

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
"""Other processes write mail as well; so often is the outbox looked into."""
UNREACHABLE_SECONDS = 30.0
COUNT_SECONDS = 30.0
GOODBYE_SECONDS = 10.0
"""So long is a mail that is just being sent waited for at the end; after that, another sender tries it again."""


class MailWorker:
    """Sends what is due: at once what this process writes, within seconds what others write."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="mail", daemon=True)
        with app.app_context():
            self._bell = runtime().mail_bell

    def start(self) -> None:
        """Begin, and stop in good time when the process ends."""
        self._thread.start()
        # Runs where workers end, which atexit's functions do not.
        Finalize(None, self.stop, exitpriority=0)

    def stop(self) -> None:
        """Send nothing more; what is under way is finished if it is quick."""
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
                    if tally.anything:  # no addresses here, nor what the server says of them: that is in the outbox
                        log.info("mail", sent=tally.sent, postponed=tally.postponed, given_up=tally.given_up)
                    if tally.anything or time.monotonic() - counted >= COUNT_SECONDS:
                        delivery.watch_outbox()
                        counted = time.monotonic()
                    if tally.unreachable:
                        pause = UNREACHABLE_SECONDS
                except Unavailable as error:  # the database is away: mail waits like everything else
                    log.warning("the outbox cannot be read", error=type(error).__name__)
                except Exception:  # whatever it is, the next mail shall not suffer for it
                    log.exception("sending mail failed")
            if pause == UNREACHABLE_SECONDS:
                self._stopping.wait(pause)
            else:
                self._bell.wait(pause)
