"""A thread in each worker that removes what has expired, once a day in one of them."""

import random

import structlog
from flask import Flask

from app.domain.actor import SERVER
from app.domain.errors import Unavailable
from app.server.background import Background
from app.services import daily, housekeeping

log = structlog.get_logger()
FIRST_SECONDS, EVERY_SECONDS = 60.0, 600.0
"""When to look first, and how often after that, whether the daily run is due."""


class Housekeeper(Background):
    """Runs ``housekeeping.purge`` when it is due. If the process ends in the middle, the next run does the rest."""

    name = "housekeeper"
    goodbye_seconds = 5.0

    def __init__(self, app: Flask, *, first: float = FIRST_SECONDS, every: float = EVERY_SECONDS) -> None:
        super().__init__(app)
        self._first, self._every = first, every

    def _run(self) -> None:
        pause = self._first
        # Not exactly at the same time as other workers, which were started together.
        while not self._stopping.wait(pause * random.uniform(0.9, 1.1)):  # noqa: S311
            pause = self._every
            with self._app.app_context():
                try:
                    if daily.is_due():
                        deleted = housekeeping.purge(SERVER)
                        log.info("purge", **{name: number for name, number in deleted.items() if number})
                except Unavailable as error:
                    log.warning("what has expired cannot be removed", error=type(error).__name__)
                except Exception:  # an unexpected error must not prevent later runs
                    log.exception("removing what has expired failed")
