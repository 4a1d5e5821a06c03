"""The process that starts the workers and looks after them: granian's, with an ear for signals of its own."""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from granian import Granian

from app import replacing

TOLD = {signal.SIGINT, signal.SIGTERM}
HEARD = TOLD | {signal.SIGHUP}
RETRY_SECONDS = 1.0
PR_SET_PDEATHSIG = 1


def be_deaf() -> None:
    """
    From now on signals wait until an ``Alarm`` listens, also through becoming a new program; in threads that are
    started from here, for good.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)


class Alarm:
    """
    What wakes the supervisor. Signals are heard while it waits here and nowhere else: a handler that sets a
    ``threading.Event`` may find its lock held by what it has interrupted, and what is told between a look and the
    next wait would be forgotten.
    """

    def __init__(self) -> None:
        self._rings: SimpleQueue[None] = SimpleQueue()

    def set(self) -> None:
        self._rings.put(None)

    def wait(self) -> None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HEARD)
        try:
            self._rings.get()
        finally:
            be_deaf()

    def clear(self) -> None:
        """Nothing: each ring is heard once."""


class Supervisor(Granian):  # type: ignore[misc, valid-type]
    """Granian that begins anew on SIGHUP, where it would fork workers from the code that it has loaded already."""

    def __init__(self, target: str, **settings: Any) -> None:
        super().__init__(target, **settings)
        self.main_loop_interrupt = Alarm()
        self.folder = Path()
        self.predecessors = replacing.Predecessors("")

    def is_over(self) -> bool:
        """Whether all shall end, also if that was not heard yet."""
        return self.interrupt_signal or bool(TOLD & signal.sigpending())

    def pids(self) -> list[int]:
        return [worker.inner.pid for worker in self.wrks]

    def is_ready(self) -> bool:
        return replacing.are_ready(self.folder, self.pids(), self.workers)

    def _reload(self, _target: Any, _loader: Any) -> None:
        self.reload_signal = False
        replacing.become_new(
            self.folder,
            lambda: [self.workers, *self.predecessors.pids, *self.pids()],
            busy=lambda: self.predecessors.are_turning_away,
            over=self.is_over,
        )

    def _respawn_workers(self, workers: list[int], target: Any, loader: Any, delay: float = 0) -> None:
        """While those of the former self still serve, workers that do not start are no reason to end: try again."""
        if self.predecessors.are_needed:
            time.sleep(RETRY_SECONDS)
        super()._respawn_workers(workers, target, loader, delay)
        if self.predecessors.are_needed:
            self.respawned_wrks.clear()


def raise_workers_well(prepare: Callable[[], None]) -> None:
    """
    A worker that is still starting must be stoppable: it inherits its parent's handlers, which do nothing in it,
    and sets its own only when it is ready. And Ctrl-C, which a terminal sends to all of them, is for the parent
    alone: it tells the workers. They do not survive it either, whatever ends it.
    """
    parent = os.getpid()
    prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None

    def in_child() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        prepare()
        if prctl:
            prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)

    os.register_at_fork(after_in_child=in_child)
