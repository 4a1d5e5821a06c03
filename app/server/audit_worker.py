"""A thread in each worker that seals new rows of the audit log."""

import structlog

from app.domain.errors import Unavailable
from app.server.background import Background
from app.services.audit import chain

log = structlog.get_logger()
EVERY_SECONDS = 2.0


class AuditWorker(Background):
    """Seals what any process has written, within seconds."""

    name = "audit"
    goodbye_seconds = 5.0

    def _run(self) -> None:
        while not self._stopping.wait(EVERY_SECONDS):
            with self._app.app_context():
                try:
                    chain.seal(with_new_key=True)
                except Unavailable as error:  # rows wait until the database is back
                    log.warning("the audit log cannot be sealed", error=type(error).__name__)
                except Exception:  # an unexpected error must not stop later rows
                    log.exception("sealing the audit log failed")
