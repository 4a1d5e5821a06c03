"""``frontdesk serve``: granian, with settings that suit us."""

import fcntl
import gc
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

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
"""Open connections of a worker, most of them idle: they cost next to nothing."""

THROUGH_OURS = {"incremental": True, "formatters": {}, "handlers": {}, "loggers": {"_granian": {"propagate": True}}}
"""Logging for granian: no handlers of its own, so that its lines come out of ours."""

Factory = Callable[[str], Flask]
"""Makes the application of a worker; it is given the folder that the workers of a server share."""


def check_start() -> None:
    """
    Check whether a server would start on the database as it is, without starting one.

    :raises ConfigError: the database lacks migrations
    """
    if migrations.is_behind(migrations.current_revision()):
        raise ConfigError("the database needs migrating: frontdesk db upgrade")


def serve(config: Config, listeners: Sequence[socket.socket], *, activated: bool, make: Factory = worker.make) -> None:
    """
    Serve until SIGINT or SIGTERM; requests under way are finished first.

    :param listeners: where connections come in; closed at the end
    :param activated: whether they stay open elsewhere, so that connections wait there for the next server
    """
    for number in STOP:
        signal.signal(number, lambda *_: sys.exit())  # until granian listens for them
    logging.configure(config)
    keep_signals_apart()
    with _shared_folder() as folder:
        server = _server(config, listeners)
        # Workers are forked, and share the memory of what is loaded as long as the garbage collector leaves it alone.
        gc.freeze()
        try:
            server.serve(
                target_loader=lambda: Intake(make(folder), config, listener=server.listener if activated else None),
                wrap_loader=False,
            )
        except SystemExit:
            # Workers that were told to stop as well may go first; that is no failure of theirs.
            if not server.interrupt_signal:
                raise


def _server(config: Config, listeners: Sequence[socket.socket]) -> Supervisor:
    return Supervisor(
        listeners,
        interface=Interfaces.RSGI,
        http=HTTPModes.http1,  # the other modes give a client that sends nothing all the time it wants
        websockets=False,
        loop=Loops.asyncio,  # uvloop, where it happens to be installed, loses signals that arrive before it runs
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
    """A temporary folder. Our lock on it tells programs that tidy such folders that it is in use."""
    with tempfile.TemporaryDirectory(prefix="frontdesk-", ignore_cleanup_errors=True) as folder:
        in_use = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        with suppress(OSError):
            fcntl.flock(in_use, fcntl.LOCK_SH | fcntl.LOCK_NB)
        yield folder
