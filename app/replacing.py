"""
Taking a new release, or new settings, while the server runs. On SIGHUP the parent becomes a new program under its
old process number, starts workers, and ends those of its former self when the new ones are ready.

The server by itself would only fork workers from the code that it has loaded already, and drop requests that come
just when it closes an idle connection, and connections that it has not read from yet.
"""

import ctypes
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import structlog

from app.api.middleware import leaving
from app.config import PREFIX

MEETING_PLACE = f"{PREFIX}RUNTIME_PATH"
PREDECESSORS = "predecessors"
CHECK = f"import os; os.environ['{MEETING_PLACE}'] = ''; import app.wsgi; app.wsgi.make()"
TOLD = {signal.SIGINT, signal.SIGTERM}
SOON, NOW = signal.SIGUSR1, signal.SIGUSR2
LINGER_SECONDS = 2.0
"""Clients that keep a connection ask again within this, as a rule, and are told to open another."""
SETTLE_SECONDS = 0.3
"""Whoever has just been let in sends a request within this."""
READY = "ready-"
PAUSE_SECONDS = 0.05
CHECK_SECONDS = 60
SO_ATTACH_REUSEPORT_CBPF = 51
RETURN = struct.Struct("HBBI")
PROGRAM = struct.Struct("HP")

log = structlog.get_logger()


def become_new(folder: Path, workers: list[int], *, over: Callable[[], bool]) -> None:
    """
    Start this program anew in this process, if a worker made from what is on the disk now would start. Returns only
    if it would not, or if it is over for all.
    """
    problem = _what_is_wrong()
    if problem is None:
        reload_handler = signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, TOLD)  # the new program listens when it has workers to end
        if not over():
            problem = _execute(folder, workers)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, TOLD)
        signal.signal(signal.SIGHUP, reload_handler)
    if problem is not None:
        log.error("not reloaded; all is as before", reason=problem)


def _what_is_wrong() -> str | None:
    try:
        tried = subprocess.run(  # noqa: S603 (our own interpreter)
            [sys.executable, "-c", CHECK], capture_output=True, text=True, timeout=CHECK_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return (tried.stderr.strip().rpartition("\n")[2] or "it ended") if tried.returncode else None


def _execute(folder: Path, workers: list[int]) -> str:
    list_ = folder / PREDECESSORS
    try:
        list_.write_text(" ".join(map(str, workers)))
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606
    except OSError as error:
        list_.unlink(missing_ok=True)
        return str(error)


def has_predecessors(meeting_place: str) -> bool:
    """Whether workers of our former self are still listening where we shall."""
    return bool(meeting_place) and (Path(meeting_place) / PREDECESSORS).exists()


class Predecessors:
    """The workers that this process started before it became new, as it wrote down where they meet."""

    def __init__(self, meeting_place: str) -> None:
        self.pids: list[int] = []
        if has_predecessors(meeting_place):
            list_ = Path(meeting_place) / PREDECESSORS
            self.pids = [int(pid) for pid in list_.read_text().split()]
            list_.unlink()

    def retire(self, *, ready: Callable[[], bool], over: Callable[[], bool], patience: float) -> None:
        """End them when their successors are ready, at once when it is over for all; wait until they are gone."""
        while not (ready() or over()):
            time.sleep(PAUSE_SECONDS)
        if not over():
            self._tell(SOON)
            time.sleep(LINGER_SECONDS)
            self._tell(NOW)
            time.sleep(SETTLE_SECONDS)
        self._tell(signal.SIGTERM)
        deadline = time.monotonic() + patience
        while self._living() and time.monotonic() < deadline:
            time.sleep(PAUSE_SECONDS)
        self._tell(signal.SIGKILL)
        while self._living():
            time.sleep(PAUSE_SECONDS)

    def _tell(self, what: signal.Signals) -> None:
        for pid in self.pids:
            with suppress(ProcessLookupError):
                os.kill(pid, what)

    def _living(self) -> bool:
        for pid in list(self.pids):
            with suppress(ChildProcessError):
                if os.waitpid(pid, os.WNOHANG) == (0, 0):
                    continue
            self.pids.remove(pid)
        return bool(self.pids)


def prepare(workers: int) -> None:
    """In a worker: heed what the parent tells."""
    signal.signal(SOON, lambda *_: leaving.set())
    signal.signal(NOW, lambda *_: send_newcomers_elsewhere(workers))


def say_ready(folder: Path) -> None:
    """In a worker: the application is made."""
    (folder / f"{READY}{os.getpid()}").touch()


def are_ready(folder: Path, pids: list[int], workers: int) -> bool:
    """In the parent: whether all of them are there and have said so."""
    return len(pids) == workers and all((folder / f"{READY}{pid}").exists() for pid in pids)


def send_newcomers_elsewhere(workers: int) -> None:
    """
    Have the kernel give new connections to a socket of the successors: those come after ours, so theirs has our
    number as its index. When ours are gone there is no such index, and it spreads connections as ever.
    """
    choice = ctypes.create_string_buffer(RETURN.pack(0x06, 0, 0, workers))  # "return", in classic BPF
    program = PROGRAM.pack(1, ctypes.addressof(choice))
    descriptors = Path("/proc/self/fd")
    for entry in descriptors.iterdir() if descriptors.is_dir() else ():
        with suppress(OSError), socket.socket(fileno=os.dup(int(entry.name))) as own:
            if own.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                own.setsockopt(socket.SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, program)
