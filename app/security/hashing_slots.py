"""A limit for concurrent bcrypt hashes: no more than the machine has cores, whatever the number of workers."""

import fcntl
import os
import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from threading import BoundedSemaphore, Lock

from app.domain.errors import TooManyLogins


class Gate:
    """
    Limits concurrent hashing: use ``with gate.turn():`` around it.

    Waiting logins then cost a thread each, but not the cores that other requests need.

    :param slots: maximum of concurrent hashes; by default the number of cores
    :param most_waiting: maximum of waiting requests; any more fail at once
    :param folder: folder of the lock files that the workers of a server share; without one, each process has its own
        limit
    """

    def __init__(self, *, slots: int | None = None, most_waiting: int = 64, folder: Path | None = None) -> None:
        self.slots = slots or os.cpu_count() or 1
        self.most_waiting = most_waiting
        self.waiting = 0
        self.on_waiting: Callable[[int], object] = lambda _number: None
        self.aside: Callable[[], AbstractContextManager[None]] = nullcontext
        """A context entered during the wait and the turn. The server sets one that lets other requests run."""
        self._files = [folder / f"hash-{number}.lock" for number in range(self.slots)] if folder else []
        self._here = BoundedSemaphore(self.slots)
        self._counting = Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn, and end it on exit. :raises TooManyLogins: ``most_waiting`` requests are waiting already"""
        self._queue()
        with self.aside():
            try:
                self._here.acquire()
            finally:
                self._leave_queue()
            slot = None
            try:
                slot = self._take_slot()
                yield
            finally:
                if slot is not None:
                    os.close(slot)  # this releases the lock, as would the end of the process
                self._here.release()

    def _queue(self) -> None:
        with self._counting:
            if self.waiting >= self.most_waiting:
                raise TooManyLogins
            self.waiting += 1
            self.on_waiting(self.waiting)

    def _leave_queue(self) -> None:
        with self._counting:
            self.waiting -= 1
            self.on_waiting(self.waiting)

    def _take_slot(self) -> int | None:
        """
        Lock one of the files that the workers share and return its descriptor: a free file, or else one to wait for.

        Returns None if there is no folder, or if the folder has been removed since.
        """
        if not self._files or not self._files[0].parent.is_dir():
            return None
        files = random.sample(self._files, len(self._files))
        for file in files:
            descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            with suppress(BlockingIOError):
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return descriptor
            os.close(descriptor)
        descriptor = os.open(files[0], os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        return descriptor
