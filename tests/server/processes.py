"""Processes and connections as the kernel sees them, and a server that may not be ready yet."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.live import ROOT

ESTABLISHED, NOT_ACCEPTED, NOTHING_TO_READ = "01", "0", "00000000"
PATIENCE = 60.0


def eventually(happens: Callable[[], bool], what: str) -> None:
    """Wait until a condition holds. :raises AssertionError: it never does"""
    deadline = time.monotonic() + PATIENCE
    while not happens():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.005)


def children(pid: int) -> list[int]:
    """Return the running child processes of a process."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            name, _, rest = stat.read_text().rpartition(")")
            state, parent = rest.split()[:2]
            if int(parent) == pid and state != "Z":
                found.append(int(name.split()[0]))
    return sorted(found)


def listens(port: int) -> bool:
    """Return whether a process accepts connections on this port."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).close()
    except ConnectionError:
        return False
    return True


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def connections(port: int) -> set[str]:
    """Return the inodes of accepted connections to this port that have no unread data."""
    found = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, _, state, queues, _, _, _, _, inode, *_ = line.split()
        read_empty = queues.partition(":")[2] == NOTHING_TO_READ
        if int(local.partition(":")[2], 16) == port and state == ESTABLISHED and read_empty and inode != NOT_ACCEPTED:
            found.add(inode)
    return found


def held_by(pid: int) -> set[str]:
    """Return the inodes of the sockets that a process has open."""
    found = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):
            kind, _, inode = str(descriptor.readlink()).partition(":")
            if kind == "socket":
                found.add(inode.strip("[]"))
    return found


@contextmanager
def started(*options: str, environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``frontdesk serve`` without waiting until it is ready, in a process group of its own, as in a terminal."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "serve", *options],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=PATIENCE)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
