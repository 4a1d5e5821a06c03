"""
Replacing a worker so that nobody notices: what the server does by itself would drop requests that arrive
just when it closes an idle connection, or before it has read anything from a new one.
"""

import os
import signal
import socket
import time
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Any

SOON, NOW = signal.SIGUSR1, signal.SIGUSR2
SETTLE_SECONDS = 0.3
"""A client that has been let in sends its request within this."""

announced = Event()
"""Set in a worker that will be replaced: its answers end their connections, so that clients open others."""


def prepare() -> None:
    """In a worker: listen to what the parent tells."""
    signal.signal(SOON, lambda *_: announced.set())
    signal.signal(NOW, lambda *_: stop_listening())


def announce(worker: Any) -> None:
    """In the parent: tell a worker that it will be replaced, and be gentle when its time has come."""
    terminate = worker.terminate

    def gently() -> None:
        _tell(worker, NOW)
        time.sleep(SETTLE_SECONDS)
        terminate()

    worker.terminate = gently
    _tell(worker, SOON)


def _tell(worker: Any, what: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(worker.inner.pid, what)


def stop_listening() -> None:
    """
    Take no more connections; those that are open go on. The server has no word for that, so the file descriptor
    on which it listens is made to mean a socket that nobody knows.
    """
    nobodys = socket.create_server(("127.0.0.1", 0))
    nobodys.setblocking(False)
    for entry in Path("/proc/self/fd").iterdir():
        descriptor = int(entry.name)
        with suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as own:
            if descriptor != nobodys.fileno() and own.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                os.dup2(nobodys.fileno(), descriptor)
    nobodys.detach()
