"""The production server: granian, with settings that suit us."""

from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from app.config import Config

HEADER_TIMEOUT_MS = 30_000


def serve(config: Config, *, host: str, port: int) -> None:
    """
    Serve until SIGINT or SIGTERM; requests under way are answered first.

    A thread waits wherever a request waits, for the database or for its turn at bcrypt, so there are
    more of them than logins are likely to queue.
    """
    Granian(
        "app.wsgi:make",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=config.workers,
        blocking_threads=config.threads,
        runtime_threads=1,
        websockets=False,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_TIMEOUT_MS),
        log_level=LogLevels.warning if config.is_production else LogLevels.info,
        respawn_failed_workers=True,
        workers_kill_timeout=config.shutdown_seconds,
    ).serve()
