"""The supervisor process, which starts and watches the workers: granian's, on sockets that are already open."""

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
    Wakes the supervisor from a signal handler. It replaces granian's ``threading.Event``, whose lock may be held by
    the very code that the handler interrupts; a ``SimpleQueue`` is reentrant.
    """

    def __init__(self) -> None:
        self._calls: SimpleQueue[None] = SimpleQueue()

    def set(self) -> None:
        self._calls.put(None)

    def wait(self) -> None:
        self._calls.get()

    def clear(self) -> None:
        """Do nothing: each ``set`` ends one ``wait``."""


class Supervisor(Granian):  # type: ignore[misc, valid-type]
    """
    Granian with one listening socket per worker, or shared ones if there are more workers than sockets. The
    supervisor keeps them open as well, so if a worker dies, its waiting connections go to the next one.
    """

    def __init__(self, listeners: Sequence[socket.socket], **settings: Any) -> None:
        super().__init__("", **settings)
        self._listeners = listeners
        self.listener = listeners[0]
        """In a worker, the socket it listens on."""
        self.main_loop_interrupt = Wakeup()
        # SIGHUP stops the server, as when a terminal is closed. Granian would restart workers with the old code.
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
    Make workers stop on SIGTERM from the moment they are forked, since inherited handlers have no effect in them.
    Ctrl-C, which a terminal sends to all processes, is handled only by the supervisor, which stops the workers.
    """

    def in_child() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})

    os.register_at_fork(
        before=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, STOP),
        after_in_parent=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP),
        after_in_child=in_child,
    )
