"""The process that starts the workers and looks after them: granian's, on a socket that is open already."""

import os
import signal
import socket
from queue import SimpleQueue
from typing import Any

from granian import Granian
from granian.net import SocketHolder  # type: ignore[attr-defined]

from app.server.listening import BACKLOG

STOP = {signal.SIGINT, signal.SIGTERM}


class Wakeup:
    """
    Wakes the supervisor. A signal handler may find the lock of a ``threading.Event`` held by the very code that it
    interrupts; a queue has no such lock.
    """

    def __init__(self) -> None:
        self._calls: SimpleQueue[None] = SimpleQueue()

    def set(self) -> None:
        self._calls.put(None)

    def wait(self) -> None:
        self._calls.get()

    def clear(self) -> None:
        """Nothing: each call wakes once."""


class Supervisor(Granian):  # type: ignore[misc, valid-type]
    """
    Granian whose workers share one listening socket. Connections wait in the kernel for whichever worker takes them,
    so none is lost with a worker that dies.
    """

    def __init__(self, listener: socket.socket, **settings: Any) -> None:
        super().__init__("", **settings)
        self._listener = listener
        self.main_loop_interrupt = Wakeup()
        # A terminal that is closed ends the server; granian would start workers from code that is loaded already.
        self.signal_handler_reload = self.signal_handler_interrupt

    def _init_shared_socket(self) -> None:
        self._shd = SocketHolder(self._listener.fileno(), self._listener.family == socket.AF_UNIX, BACKLOG)  # type: ignore[call-arg]
        self._sso = self._listener  # closed by granian when it stops


def keep_signals_apart() -> None:
    """
    Make workers stop on SIGTERM from their first moment on: they inherit handlers that do nothing in them. Ctrl-C,
    which a terminal sends to all processes, is left to the supervisor, which stops the workers.
    """

    def in_child() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})

    os.register_at_fork(
        before=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, STOP),
        after_in_parent=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP),
        after_in_child=in_child,
    )
