"""
Replacing a worker so that nobody notices. What granian does by itself drops requests that arrive just when it
closes an idle connection, and connections that it has not read from yet.
"""

import ctypes
import os
import signal
import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from app.api.middleware import leaving

SOON, NOW = signal.SIGUSR1, signal.SIGUSR2
SETTLE_SECONDS = 0.3
"""Whoever has been let in sends a request within this."""
SO_ATTACH_REUSEPORT_CBPF = 51
RETURN = struct.Struct("HBBI")
PROGRAM = struct.Struct("HP")


def prepare(workers: int) -> None:
    """In a worker: heed what the parent tells."""
    signal.signal(SOON, lambda *_: leaving.set())
    signal.signal(NOW, lambda *_: send_newcomers_elsewhere(workers))


def announce(server: Any) -> None:
    """In the parent: tell all workers that they will be replaced, and end each gently when its time has come."""
    for worker in server.wrks:
        worker.terminate = partial(_end_gently, worker, worker.terminate)
        _tell(worker, SOON)


def _end_gently(worker: Any, terminate: Callable[[], None]) -> None:
    _tell(worker, NOW)
    time.sleep(SETTLE_SECONDS)
    terminate()


def _tell(worker: Any, what: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(worker.inner.pid, what)


def send_newcomers_elsewhere(workers: int) -> None:
    """
    Have the kernel give new connections to the newest of the workers' sockets, as long as there is one more of
    them than there are workers: while an old one and its successor both listen. Otherwise it spreads them, as ever.
    """
    choice = ctypes.create_string_buffer(RETURN.pack(0x06, 0, 0, workers))  # "return", in classic BPF
    program = PROGRAM.pack(1, ctypes.addressof(choice))
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(OSError), socket.socket(fileno=os.dup(int(entry.name))) as own:
            if own.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                own.setsockopt(socket.SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, program)
