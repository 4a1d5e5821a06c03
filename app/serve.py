"""The production server: granian, with settings that suit us."""

import errno
import logging
import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from app import logs, replacing
from app.config import Config, ConfigError
from app.replacing import MEETING_PLACE, TOLD

HEADER_TIMEOUT_MS = 30_000
SPARE_THREADS = 8
"""Threads beyond the requests that a worker takes in: they say 503 to the others."""
IDLE_SECONDS = 5
"""Threads without work end after this, and the server waits for them when it ends. Granian takes no less."""
CONNECTIONS = 4096
"""Open connections of a worker, most of them idle: they cost next to nothing."""

THROUGH_OURS = {"incremental": True, "formatters": {}, "handlers": {}, "loggers": {"_granian": {"propagate": True}}}
"""Logging for granian: no handlers of its own, so that its lines come out of ours."""


def free_address(host: str, port: int, *, meeting_place: str = "") -> str:
    """
    The host as a number, as granian wants it, once it is sure that nobody listens there. Granian would not
    notice: its workers share their port with whoever has it.

    :param meeting_place: of workers of our former self, if there are any; they listen there

    :raises ConfigError: somebody does, or this machine has no such address
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = min(found, key=lambda entry: entry[0] is not socket.AF_INET)
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if replacing.has_predecessors(meeting_place):
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            probe.bind(address)
    except socket.gaierror as error:
        raise ConfigError(f"cannot listen on {host}: {error.strerror}") from error
    except OSError as error:
        advice = "; choose another with --port or FRONTDESK_PORT" if error.errno == errno.EADDRINUSE else ""
        raise ConfigError(f"cannot listen on {host} port {port}: {error.strerror}{advice}") from error
    return str(address[0])


APPLICATION = "app.wsgi:make"


class Server(Granian):  # type: ignore[misc, valid-type]
    """Granian that begins anew on SIGHUP, where it would fork workers from the code that it has loaded already."""

    folder = Path()
    retiring = Thread()

    def _reload(self, _target: Any, _loader: Any) -> None:
        self.reload_signal = False
        self.main_loop_interrupt.clear()
        if self.retiring.is_alive():
            self.retiring.join()
        replacing.become_new(self.folder, self.pids(), over=lambda: self.interrupt_signal)

    def pids(self) -> list[int]:
        return [worker.inner.pid for worker in self.wrks]


def serve(config: Config, *, host: str, port: int, target: str = APPLICATION) -> None:
    """
    Serve until SIGINT or SIGTERM; requests under way are answered first. SIGHUP replaces the workers by as many
    new ones, made from what is on the disk then; nobody notices.

    A thread waits wherever a request waits, for the database or for its turn at bcrypt, so there are
    as many as requests that a worker takes in.
    """
    for told in TOLD:
        signal.signal(told, lambda *_: sys.exit(0))  # until granian takes over, there is nothing to wait for
    logs.configure(config)
    predecessors = replacing.Predecessors(config.runtime_path)
    workers = len(predecessors.pids) or config.workers
    _raise_workers_well(workers)
    # Its warning about many threads is for handlers that compute; ours wait.
    logging.getLogger("_granian").addFilter(lambda record: "Python threads" not in record.getMessage())
    with _meeting_place(config.runtime_path if predecessors.pids else "") as folder:
        server = Server(
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
        server.folder = folder
        with _retiring(predecessors, server, config.shutdown_seconds):
            _serve(server)


@contextmanager
def _meeting_place(adopted: str) -> Iterator[Path]:
    """A folder for the workers, that of the predecessors where there are some; gone afterwards."""
    folder = adopted or tempfile.mkdtemp(prefix="frontdesk-")
    os.environ[MEETING_PLACE] = folder
    try:
        yield Path(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _retiring(predecessors: replacing.Predecessors, server: Server, patience: float) -> Iterator[None]:
    """See the predecessors off while the server runs; none is left behind."""
    ended = Event()

    def retire() -> None:
        predecessors.retire(
            ready=lambda: replacing.are_ready(server.folder, server.pids(), server.workers),
            over=lambda: server.interrupt_signal or ended.is_set(),
            patience=patience,
        )

    if predecessors.pids:
        server.retiring = Thread(target=retire, name="retire")
        server.retiring.start()
    try:
        yield
    finally:
        ended.set()
        if predecessors.pids:
            server.retiring.join()


def _serve(server: Any) -> None:
    try:
        server.serve()
    except SystemExit:
        # Where whoever ends us tells all processes at once, workers go first; that is no failure of theirs.
        if not server.interrupt_signal:
            raise


def _raise_workers_well(workers: int) -> None:
    """
    A worker that is still starting must be stoppable: it inherits its parent's handlers, which do nothing in it,
    and sets its own only when it is ready. Nothing is delivered in between. And Ctrl-C, which a terminal sends to
    all of them, is for the parent alone: it tells the workers.
    """

    def in_child() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        replacing.prepare(workers)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})

    os.register_at_fork(
        before=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, TOLD),
        after_in_parent=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, TOLD),
        after_in_child=in_child,
    )
