"""Threads of a worker process that work beside requests."""

from abc import ABC, abstractmethod
from multiprocessing.util import Finalize
from threading import Event, Thread
from typing import ClassVar

from flask import Flask


class Background(ABC):
    """A thread that runs ``_run`` until the process ends or it is stopped."""

    name: ClassVar[str]
    goodbye_seconds: ClassVar[float]
    """How long the process, when it ends, waits for the work in progress."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._stopping = Event()
        self._thread = Thread(target=self._run, name=self.name, daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()
        # Worker processes run finalizers when they end, but not functions registered with atexit.
        Finalize(None, self.stop, exitpriority=0)

    def stop(self) -> None:
        """Stop working, after waiting up to ``goodbye_seconds`` for the work in progress."""
        self._stopping.set()
        self._wake()
        self._thread.join(self.goodbye_seconds)

    def _wake(self) -> None:  # noqa: B027 (few need it)
        """End a pause that does not end when ``_stopping`` is set."""

    @abstractmethod
    def _run(self) -> None:
        """Work until ``_stopping`` is set."""
