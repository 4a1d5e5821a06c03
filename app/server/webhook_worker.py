"""A thread in each worker that delivers messages to webhooks."""

import structlog
from flask import Flask

from app.domain.errors import Unavailable
from app.runtime import runtime
from app.server.background import Background
from app.services.webhooks import delivery

log = structlog.get_logger()
EVERY_SECONDS = 5.0
"""Interval between checks for due messages, which other processes queue as well."""


class WebhookWorker(Background):
    """Delivers messages that are due: at once if this process queued them, within seconds if another one did."""

    name = "webhooks"
    goodbye_seconds = 10.0
    """Time to finish the request in progress; after that, another worker will try it again."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        with app.app_context():
            self._bell = runtime().webhook_bell

    def _wake(self) -> None:
        self._bell.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._bell.clear()
            with self._app.app_context():
                try:
                    tally = delivery.deliver(self._stopping)
                    if tally.anything:  # addresses and errors are not logged: they are in the log of deliveries
                        log.info(
                            "webhooks", delivered=tally.delivered, postponed=tally.postponed, given_up=tally.given_up
                        )
                except Unavailable as error:  # the database is unavailable: messages wait until it is back
                    log.warning("messages to webhooks cannot be read", error=type(error).__name__)
                except Exception:  # an unexpected error must not stop later messages
                    log.exception("delivering to webhooks failed")
            self._bell.wait(EVERY_SECONDS)
