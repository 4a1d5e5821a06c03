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
import stat
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread

import structlog

from app.http.middleware import leaving
from app.settings import PREFIX

MEETING_PLACE = f"{PREFIX}RUNTIME_PATH"
PREDECESSORS = "predecessors"
CHECK = "--check"
SOON, NOW = signal.SIGUSR1, signal.SIGUSR2
LINGER_SECONDS = 2.0
"""Clients that keep a connection ask again within this, as a rule, and are told to open another."""
SETTLE_SECONDS = 1.0
"""Whoever has just been let in sends a request within this."""
READY, TURNED = "ready-", "turned-"
PAUSE_SECONDS = 0.05
CHECK_SECONDS = 60
SLOW_SECONDS = 60
"""Workers that take longer to start are worth a line in the log."""
TURN_SECONDS = 10
SO_ATTACH_REUSEPORT_CBPF = 51
RETURN = struct.Struct("HBBI")
PROGRAM = struct.Struct("HP")
DESCRIPTORS = Path("/proc/self/fd")

log = structlog.get_logger()


def become_new(
    folder: Path, legacy: Callable[[], list[int]], *, busy: Callable[[], bool], over: Callable[[], bool]
) -> None:
    """
    Start this program anew in this process, if what is on the disk now would start. Returns only if it would not, or
    if it is over for all.

    :param legacy: how many workers there shall be, and those that there are
    :param busy: whether some of those are just having the kernel send newcomers to others of them
    """
    problem = _what_is_wrong(folder, over)
    while problem is None and busy() and not over():
        time.sleep(PAUSE_SECONDS)
    if problem is None and not over():
        problem = _execute(folder, legacy())
    if problem is not None and not over():
        log.error("not reloaded; all is as before", reason=problem)


def _command() -> list[str]:
    return [sys.executable, *sys.orig_argv[1:]]


def _what_is_wrong(folder: Path, over: Callable[[], bool]) -> str | None:
    """Why the same command would not start, as it says itself; None if it would."""
    deadline = time.monotonic() + CHECK_SECONDS
    os.environ[MEETING_PLACE] = ""  # it does not meet anybody
    try:
        tried = subprocess.Popen(  # noqa: S603 (our own interpreter)
            [*_command(), CHECK],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
    except OSError as error:
        return str(error)
    finally:
        os.environ[MEETING_PLACE] = str(folder)
    with tried:
        while True:
            try:
                _, said = tried.communicate(timeout=PAUSE_SECONDS)
            except subprocess.TimeoutExpired:
                if time.monotonic() > deadline or over():
                    tried.kill()
                    return f"it did not start within {CHECK_SECONDS} seconds"
            else:
                return (said.strip().rpartition("\n")[2] or f"status {tried.returncode}") if tried.returncode else None


def _execute(folder: Path, legacy: list[int]) -> str:
    list_ = folder / PREDECESSORS
    try:
        folder.mkdir(mode=0o700, exist_ok=True)  # somebody may have tidied it away
        list_.write_text(" ".join(map(str, legacy)))
        os.execv(sys.executable, _command())  # noqa: S606
    except OSError as error:
        list_.unlink(missing_ok=True)
        return str(error)


def has_predecessors(meeting_place: str) -> bool:
    """Whether workers of our former self are still listening where we shall."""
    return bool(meeting_place) and (Path(meeting_place) / PREDECESSORS).exists()


class Predecessors:
    """The workers that this process started before it became new, as it wrote down where they meet."""

    def __init__(self, meeting_place: str) -> None:
        self.workers = 0
        """How many there shall be; 0 without predecessors."""
        self.pids: list[int] = []
        if has_predecessors(meeting_place):
            folder = Path(meeting_place)
            self.workers, *self.pids = (int(number) for number in (folder / PREDECESSORS).read_text().split())
            for file in (folder / PREDECESSORS, *folder.glob(f"{READY}*"), *folder.glob(f"{TURNED}*")):
                file.unlink(missing_ok=True)
        self.folder = meeting_place
        self.are_needed = self._living()
        """Whether the successors are not ready yet."""
        self.are_turning_away = False
        """Whether they have the kernel send newcomers to the successors."""

    def retire(self, *, ready: Callable[[], bool], over: Callable[[], bool], patience: float) -> None:
        """End them when their successors are ready, at once when it is over for all; wait until they are gone."""
        self._wait_for(ready, over)
        self.are_needed = False
        if not over():
            self._turn_newcomers_away(over)
        self._tell(signal.SIGTERM)
        self.are_turning_away = False
        _wait(patience, until=lambda: not self._living())
        self._tell(signal.SIGKILL)
        while self._living():
            time.sleep(PAUSE_SECONDS)
        if not over():
            log.info("reloaded")

    def _wait_for(self, ready: Callable[[], bool], over: Callable[[], bool]) -> None:
        slow = time.monotonic() + SLOW_SECONDS
        while self._living() and not (ready() or over()):
            if time.monotonic() > slow:
                log.error("the new workers do not start; the old ones go on", workers=self.pids)
                slow += SLOW_SECONDS
            time.sleep(PAUSE_SECONDS)

    def _turn_newcomers_away(self, over: Callable[[], bool]) -> None:
        self.are_turning_away = True
        self._tell(SOON)
        _wait(LINGER_SECONDS, until=over)
        self._tell(NOW)
        _wait(TURN_SECONDS, until=lambda: over() or not self._living() or self._have_turned())
        _wait(SETTLE_SECONDS, until=over)

    def _have_turned(self) -> bool:
        return all((Path(self.folder) / f"{TURNED}{pid}").exists() for pid in self.pids)

    def _tell(self, what: signal.Signals) -> None:
        for pid in self.pids:
            with suppress(ProcessLookupError):
                os.kill(pid, what)

    def _living(self) -> bool:
        """Whether any are left; a number that is no child of ours any more may be anybody's."""
        for pid in list(self.pids):
            with suppress(ChildProcessError):
                if os.waitpid(pid, os.WNOHANG) == (0, 0):
                    continue
            self.pids.remove(pid)
        return bool(self.pids)


def _wait(seconds: float, *, until: Callable[[], bool]) -> None:
    deadline = time.monotonic() + seconds
    while not until() and time.monotonic() < deadline:
        time.sleep(PAUSE_SECONDS)


def prepare(folder: Path, workers: int) -> None:
    """In a worker: heed what the parent tells."""

    def turn_away(*_: object) -> None:
        send_newcomers_elsewhere(workers)
        with suppress(OSError):
            (folder / f"{TURNED}{os.getpid()}").touch()

    folder.mkdir(mode=0o700, exist_ok=True)  # somebody may have tidied it away
    signal.signal(SOON, lambda *_: leaving.set())
    signal.signal(NOW, turn_away)


def say_ready(folder: Path) -> None:
    """In a worker: the application is made. Says so as soon as connections are taken."""
    Thread(target=_say_when_listening, args=(folder,), name="ready", daemon=True).start()


def _say_when_listening(folder: Path) -> None:
    while DESCRIPTORS.is_dir() and not any(True for _ in _listening()):
        time.sleep(PAUSE_SECONDS)
    (folder / f"{READY}{os.getpid()}").touch()


def are_ready(folder: Path, pids: list[int], workers: int) -> bool:
    """In the parent: whether all of them are there and have said so."""
    return len(pids) == workers and all((folder / f"{READY}{pid}").exists() for pid in pids)


def send_newcomers_elsewhere(workers: int) -> None:
    """
    Have the kernel give new connections to a socket of the successors: those come after ours, so theirs has our
    number as its index. When ours are gone there is no such index, and it spreads connections as ever. Where that is
    not allowed, a few newcomers find their connection closed.
    """
    choice = ctypes.create_string_buffer(RETURN.pack(0x06, 0, 0, workers))  # "return", in classic BPF
    program = PROGRAM.pack(1, ctypes.addressof(choice))
    for own in _listening():
        with suppress(OSError):
            own.setsockopt(socket.SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, program)


def _listening() -> Iterator[socket.socket]:
    """The sockets on which this process takes connections; where the system does not tell, none."""
    for entry in DESCRIPTORS.iterdir() if DESCRIPTORS.is_dir() else ():
        with suppress(OSError):
            if stat.S_ISSOCK(os.fstat(int(entry.name)).st_mode):
                with socket.socket(fileno=os.dup(int(entry.name))) as own:
                    if own.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                        yield own
