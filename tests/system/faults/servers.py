"""Servers that are killed at the end of a test, and their memory."""

import atexit
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from tests import live
from tests.live import LiveServer
from tests.server.processes import children

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@contextmanager
def abandoned(database_url: str, instance: Path, **settings: str) -> Iterator[LiveServer]:
    """
    Yield a server on a migrated database, or on an SQLite file that does not exist yet. It is killed at the end: a
    graceful stop takes seconds, and is tested elsewhere.
    """
    if database_url.startswith("sqlite"):
        make_ready(Path(database_url.removeprefix("sqlite:///")))
    port, log = live.free_port(), instance / "server.log"
    environment = live.environment_for(database_url, instance, **settings) | {"TMPDIR": str(instance)}
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=live.ROOT, env=environment, stdout=output, stderr=output)
    server = LiveServer(f"http://127.0.0.1:{port}", process, log, environment)
    try:
        live.wait_for(server)
        yield server
    finally:
        kill_tree(process.pid)
        process.wait()


def make_ready(file: Path) -> None:
    """Create an SQLite database with tables and an administrator."""
    if not file.exists():
        shutil.copy(_ready_file(), file)


@cache
def _ready_file() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="frontdesk-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    done = live.frontdesk("setup", environment=live.environment_for(f"sqlite:///{folder / 'ready.db'}", folder))
    assert done.returncode == 0, done.stderr
    return folder / "ready.db"


def kill_tree(pid: int) -> None:
    """Kill a process and its children; the parent first, because it would replace them."""
    for process in [pid, *children(pid)]:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def resident_bytes(pid: int) -> int:
    """Return the resident memory of a process and its children."""
    return sum(_resident(process) for process in [pid, *children(pid)])


def _resident(pid: int) -> int:
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES
    return 0
