"""The threads of a worker, which run a limited number of requests at once, in order of arrival."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Lock, Thread

Job = Callable[[], object]


class Slots:
    """
    Runs jobs in a fixed number of slots. A job must not raise an exception.

    There is one thread per slot. When a job steps aside, another thread is started in its place. To return, the job
    queues again, and the thread that reaches it in the queue ends.

    :param number: how many jobs run at once
    """

    def __init__(self, number: int) -> None:
        self._jobs: SimpleQueue[Job | Lock] = SimpleQueue()
        self.submit: Callable[[Job], None] = self._jobs.put
        """``submit(job)`` queues a job and returns immediately."""
        for _ in range(number):
            self._start_thread()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Give the calling job's slot to others while the block runs, then queue for a slot again."""
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
