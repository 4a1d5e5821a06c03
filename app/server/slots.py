"""The threads of a worker: a few requests run at once, in order of arrival."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Lock, Thread

Job = Callable[[], object]


class Slots:
    """
    Runs jobs, at most so many at once. A job must not raise.

    There is one thread per slot. A job that steps aside has another thread started in its place; when it is back, the
    first thread that comes to its place in the queue ends.
    """

    def __init__(self, number: int) -> None:
        self._jobs: SimpleQueue[Job | Lock] = SimpleQueue()
        self.submit: Callable[[Job], None] = self._jobs.put
        """``submit(job)`` queues a job and returns at once."""
        for _ in range(number):
            self._start_thread()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Give the slot of the calling job to others while the block runs, then wait in the queue for another."""
        self._start_thread()
        try:
            yield
        finally:
            turn = Lock()
            turn.acquire()
            self._jobs.put(turn)
            turn.acquire()

    def _start_thread(self) -> None:
        Thread(target=self._work, name="slot", daemon=True).start()

    def _work(self) -> None:
        while callable(job := self._jobs.get()):
            job()
        job.release()
