"""The production server: granian, with settings that suit us."""

import logging
import os
import shutil
import tempfile

from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from app.config import PREFIX, Config

HEADER_TIMEOUT_MS = 30_000
SPARE_THREADS = 8
"""Threads beyond the requests that a worker takes in: they say 503 to the others."""
IDLE_SECONDS = 5
"""Threads without work end after this, and the server waits for them when it ends. Granian takes no less."""
CONNECTIONS = 4096
"""Open connections of a worker, most of them idle: they cost next to nothing."""


def serve(config: Config, *, host: str, port: int) -> None:
    """
    Serve until SIGINT or SIGTERM; requests under way are answered first. SIGHUP replaces the workers,
    one by one.

    A thread waits wherever a request waits, for the database or for its turn at bcrypt, so there are
    as many as requests that a worker takes in.
    """
    # Its warning about many threads is for handlers that compute; ours wait.
    logging.getLogger("_granian").addFilter(lambda record: "Python threads" not in record.getMessage())
    meeting_place = tempfile.mkdtemp(prefix="frontdesk-")
    os.environ[f"{PREFIX}RUNTIME_PATH"] = meeting_place
    server = Granian(
        "app.wsgi:make",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=config.workers,
        blocking_threads=config.requests_at_once + SPARE_THREADS,
        blocking_threads_idle_timeout=IDLE_SECONDS,
        backpressure=CONNECTIONS,
        runtime_threads=1,
        websockets=False,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_TIMEOUT_MS),
        log_level=LogLevels.warning if config.is_production else LogLevels.info,
        respawn_failed_workers=True,
        workers_kill_timeout=config.shutdown_seconds,
    )
    try:
        server.serve()
    finally:
        shutil.rmtree(meeting_place, ignore_errors=True)
