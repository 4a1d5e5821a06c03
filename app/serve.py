"""The production server: granian, with settings that suit us."""

import errno
import fcntl
import gc
import logging
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from threading import Event, Thread

from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from app import replacing
from app.db import migrations
from app.replacing import MEETING_PLACE
from app.settings import Config, ConfigError
from app.supervisor import Supervisor, be_deaf, raise_workers_well
from app.telemetry import logging as logs

HEADER_TIMEOUT_MS = 30_000
SPARE_THREADS = 8
"""Threads beyond the requests that a worker takes in: they say 503 to the others."""
IDLE_SECONDS = 5
"""Threads without work end after this, and the server waits for them when it ends. Granian takes no less."""
CONNECTIONS = 4096
"""Open connections of a worker, most of them idle: they cost next to nothing."""

THROUGH_OURS = {"incremental": True, "formatters": {}, "handlers": {}, "loggers": {"_granian": {"propagate": True}}}
"""Logging for granian: no handlers of its own, so that its lines come out of ours."""


def free_address(host: str, port: int, *, shared: bool = False) -> str:
    """
    The host as a number, as granian wants it, once it is sure that nobody listens there. Granian would not
    notice: its workers share their port with whoever has it.

    :param shared: workers of our former self may

    :raises ConfigError: somebody does, or this machine has no such address
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = min(found, key=lambda entry: entry[0] is not socket.AF_INET)
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if shared:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            probe.bind(address)
    except socket.gaierror as error:
        raise ConfigError(f"cannot listen on {host}: {error.strerror}") from error
    except OSError as error:
        advice = "; choose another with --port or FRONTDESK_PORT" if error.errno == errno.EADDRINUSE else ""
        raise ConfigError(f"cannot listen on {host} port {port}: {error.strerror}{advice}") from error
    return str(address[0])


APPLICATION = "app.wsgi:make"


def is_successor(config: Config) -> bool:
    """Whether this process served before it became new, so that workers of it still listen."""
    return replacing.has_predecessors(config.runtime_path)


def check_start(config: Config, *, host: str, port: int) -> None:
    """
    See whether a server would start on the database as it is, without starting one.

    :raises ConfigError: the database lacks migrations; whatever else is wrong comes as it is
    """
    _server(APPLICATION, config, host=host, port=port, workers=config.workers)
    import_module(APPLICATION.partition(":")[0])
    if migrations.is_behind(migrations.current_revision()):
        raise ConfigError("the database needs migrating: frontdesk db upgrade")


def serve(config: Config, *, host: str, port: int, target: str = APPLICATION) -> None:
    """
    Serve until SIGINT or SIGTERM; requests under way are answered first. SIGHUP replaces the workers by as many
    new ones, made from what is on the disk then; nobody notices.
    """
    be_deaf()
    logs.configure(config)
    predecessors = replacing.Predecessors(config.runtime_path)
    workers = predecessors.workers or config.workers
    with _meeting_place(config.runtime_path if predecessors.workers else "") as folder:
        raise_workers_well(lambda: replacing.prepare(folder, workers))
        server = _server(target, config, host=host, port=port, workers=workers)
        server.folder, server.predecessors = folder, predecessors
        import_module(target.partition(":")[0])
        share_what_is_loaded()
        with _retiring(server, config.shutdown_seconds):
            _serve(server)


def share_what_is_loaded() -> None:
    """
    Let the workers to be keep the memory of what is loaded already in common: the garbage collector would look at
    each object, and write into it, so that each worker had a copy of its own.
    """
    gc.freeze()


def _server(target: str, config: Config, *, host: str, port: int, workers: int) -> Supervisor:
    """
    Granian as we want it. A thread waits wherever a request waits, for the database or for its turn at bcrypt, so
    there are as many as requests that a worker takes in.
    """
    # Its warning about many threads is for handlers that compute; ours wait.
    logging.getLogger("_granian").addFilter(lambda record: "Python threads" not in record.getMessage())
    return Supervisor(
        target,
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=config.requests_at_once + SPARE_THREADS,
        blocking_threads_idle_timeout=IDLE_SECONDS,
        backpressure=CONNECTIONS,
        runtime_threads=1,
        websockets=False,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_TIMEOUT_MS),
        log_level=LogLevels.info if config.log_level == "debug" else LogLevels.warning,
        log_dictconfig=THROUGH_OURS,
        respawn_failed_workers=True,
        workers_kill_timeout=config.shutdown_seconds,
    )


@contextmanager
def _meeting_place(adopted: str) -> Iterator[Path]:
    """
    A folder for the workers, that of the predecessors where there are some; gone afterwards. Our lock on it tells
    whoever tidies temporary folders that it is in use.
    """
    folder = adopted or tempfile.mkdtemp(prefix="frontdesk-")
    os.environ[MEETING_PLACE] = folder
    try:
        in_use = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        with suppress(OSError):
            fcntl.flock(in_use, fcntl.LOCK_SH | fcntl.LOCK_NB)
        yield Path(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _retiring(server: Supervisor, patience: float) -> Iterator[None]:
    """See the predecessors off while the server runs; none is left behind."""
    ended = Event()

    def retire() -> None:
        server.predecessors.retire(
            ready=server.is_ready, over=lambda: server.is_over() or ended.is_set(), patience=patience
        )

    retiring = Thread(target=retire, name="retire")
    if server.predecessors.workers:
        retiring.start()
    try:
        yield
    finally:
        ended.set()
        if server.predecessors.workers:
            retiring.join()


def _serve(server: Supervisor) -> None:
    try:
        server.serve()
    except SystemExit:
        # Where whoever ends us tells all processes at once, workers go first; that is no failure of theirs.
        if not server.is_over():
            raise
