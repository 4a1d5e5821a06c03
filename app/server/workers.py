"""The process that starts the workers and looks after them: granian's, on sockets that are open already."""

import os
import signal
import socket
from collections.abc import Sequence
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
    Granian whose workers take one listening socket each, or share them where there are more workers. The supervisor
    has them as well, so connections that wait for a worker that dies are taken by the next.
    """

    def __init__(self, listeners: Sequence[socket.socket], **settings: Any) -> None:
        super().__init__("", **settings)
        self._listeners = listeners
        self.listener = listeners[0]
        """In a worker: its own."""
        self.main_loop_interrupt = Wakeup()
        # A terminal that is closed ends the server; granian would start workers from code that is loaded already.
        self.signal_handler_reload = self.signal_handler_interrupt

    def _init_shared_socket(self) -> None:
        self._sso = None

    def _drop_shared_socket(self) -> None:
        for listener in self._listeners:
            listener.close()

    def _spawn_worker(self, idx: int, *arguments: Any, **options: Any) -> Any:
        self.listener = found = self._listeners[idx % len(self._listeners)]
        self._shd = SocketHolder(found.fileno(), found.family == socket.AF_UNIX, BACKLOG)  # type: ignore[call-arg]
        return super()._spawn_worker(idx, *arguments, **options)


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
