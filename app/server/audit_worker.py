"""A thread in each worker that seals new rows of the audit log."""

from multiprocessing.util import Finalize
from threading import Event, Thread

import structlog
from flask import Flask

from app.domain.errors import Unavailable
from app.services.audit import chain

log = structlog.get_logger()
EVERY_SECONDS = 2.0
GOODBYE_SECONDS = 5.0


class AuditWorker:
    """Seals what any process has written, within seconds."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="audit", daemon=True)

    def start(self) -> None:
        """Start the thread; it stops when the process ends."""
        self._thread.start()
        # Worker processes run finalizers when they end, but not functions registered with atexit.
        Finalize(None, self.stop, exitpriority=0)

    def stop(self) -> None:
        """Stop sealing, after waiting up to ``GOODBYE_SECONDS`` for the rows in progress."""
        self._stopping.set()
        self._thread.join(GOODBYE_SECONDS)

    def _run(self) -> None:
        while not self._stopping.wait(EVERY_SECONDS):
            with self._app.app_context():
                try:
                    chain.seal(with_new_key=True)
                except Unavailable as error:  # rows wait until the database is back
                    log.warning("the audit log cannot be sealed", error=type(error).__name__)
                except Exception:  # an unexpected error must not stop later rows
                    log.exception("sealing the audit log failed")
