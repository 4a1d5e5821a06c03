"""``frontdesk serve``: runs granian with our settings."""

import fcntl
import gc
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module

from flask import Flask
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels

from app.db import migrations
from app.server import worker
from app.server.intake import DRAIN_SECONDS, Intake
from app.server.workers import STOP, Supervisor, keep_signals_apart
from app.settings import Config, ConfigError
from app.telemetry import logging

CONNECTIONS = 4096
"""Maximum number of open connections per worker; most are idle and cost almost nothing."""

LATER = ("app.security.counters", "cryptography.hazmat.primitives.ciphers.aead", "email_validator", "regex")
"""Imported at first use elsewhere. Imported before the fork, workers share them, and no request waits for them."""

THROUGH_OURS = {"incremental": True, "formatters": {}, "handlers": {}, "loggers": {"_granian": {"propagate": True}}}
"""Logging configuration for granian: no handlers of its own, so that ours write its messages."""

Factory = Callable[[str], Flask]
"""Creates the application of a worker; its argument is the folder that the workers of a server share."""


def check_start() -> None:
    """
    Check that a server can start on the current database, without starting one.

    :raises ConfigError: the database needs migrating
    """
    if migrations.is_behind(migrations.current_revision()):
        raise ConfigError("the database needs migrating: frontdesk db upgrade")


def serve(config: Config, listeners: Sequence[socket.socket], *, activated: bool, make: Factory = worker.make) -> None:
    """
    Run the server until SIGINT or SIGTERM; requests in progress are finished first.

    :param listeners: listening sockets, which are closed at the end
    :param activated: another process (systemd) keeps them open, so new connections wait there for the next server
    :param make: creates the application of a worker
    """
    for number in STOP:
        signal.signal(number, lambda *_: sys.exit())  # until granian installs its handlers
    logging.configure(config)
    keep_signals_apart()
    with _shared_folder() as folder:
        server = _server(config, listeners)
        for name in LATER:
            import_module(name)
        # Forked workers share memory pages until the garbage collector writes to them.
        gc.freeze()
        try:
            server.serve(
                target_loader=lambda: Intake(make(folder), config, listener=server.listener if activated else None),
                wrap_loader=False,
            )
        except SystemExit:
            # Workers that received the signal too may exit before the supervisor; that is not an error.
            if not server.interrupt_signal:
                raise


def _server(config: Config, listeners: Sequence[socket.socket]) -> Supervisor:
    return Supervisor(
        listeners,
        interface=Interfaces.RSGI,
        http=HTTPModes.http1,  # the other modes have no timeout for clients that send nothing
        websockets=False,
        loop=Loops.asyncio,  # uvloop, the default if it is installed, loses signals that arrive before it runs
        workers=config.workers,
        backpressure=CONNECTIONS,
        http1_settings=HTTP1Settings(header_read_timeout=round(config.request_timeout * 1000)),
        log_level=LogLevels.info if config.log_level == "debug" else LogLevels.warning,
        log_dictconfig=THROUGH_OURS,
        respawn_failed_workers=True,
        workers_kill_timeout=config.shutdown_seconds + DRAIN_SECONDS,
    )


@contextmanager
def _shared_folder() -> Iterator[str]:
    """Yield a temporary folder, locked so that programs that clean up such folders see that it is in use."""
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP)  # a signal before the `with` begins would leave the folder behind
    with tempfile.TemporaryDirectory(prefix="frontdesk-", ignore_cleanup_errors=True) as folder:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP)
        in_use = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        with suppress(OSError):
            fcntl.flock(in_use, fcntl.LOCK_SH | fcntl.LOCK_NB)
        yield folder
