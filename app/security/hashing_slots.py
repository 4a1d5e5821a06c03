"""One gate for bcrypt: no more hashes at once than cores of the machine, whatever the number of workers."""

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
    ``with gate.turn():`` around whatever hashes. Waiting logins cost a thread, not the cores that reads need.

    :param slots: hashes at once; the cores of the machine by default
    :param most_waiting: who comes when so many wait already is refused at once
    :param folder: where workers of one server meet; without one each process counts for itself
    """

    def __init__(self, *, slots: int | None = None, most_waiting: int = 64, folder: Path | None = None) -> None:
        self.slots = slots or os.cpu_count() or 1
        self.most_waiting = most_waiting
        self.waiting = 0
        self.on_waiting: Callable[[int], object] = lambda _number: None
        self.aside: Callable[[], AbstractContextManager[None]] = nullcontext
        """Entered while a turn is waited for and lasts: a server runs other requests meanwhile."""
        self._files = [folder / f"hash-{number}.lock" for number in range(self.slots)] if folder else []
        self._here = BoundedSemaphore(self.slots)
        self._counting = Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn, and give it back. :raises TooManyLogins: too many wait already"""
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
                    os.close(slot)  # closing gives the lock back, as does the end of the process
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
        A lock on one of the files that the workers share: a free one, else whichever is waited for.
        None without a folder, also when somebody has tidied it away.
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
