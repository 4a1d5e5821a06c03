"""Servers whose end is not what is tested, and what the kernel says of their processes."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from unittest.mock import patch

from tests.live import LiveServer, serving
from tests.server.processes import children

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@contextmanager
def abandoned(database_url: str, instance: Path, **settings: str) -> Iterator[LiveServer]:
    """As ``serving``, but killed in the end: a graceful end takes seconds, and is tested elsewhere."""
    with patch.dict(os.environ, TMPDIR=str(instance)), serving(database_url, instance, **settings) as server:
        try:
            yield server
        finally:
            kill_tree(server.process.pid)
            server.process.wait()


def kill_tree(pid: int) -> None:
    """The parent first, as it would replace its children."""
    for process in [pid, *children(pid)]:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def resident_bytes(pid: int) -> int:
    """Memory of a process and its children."""
    return sum(_resident(process) for process in [pid, *children(pid)])


def _resident(pid: int) -> int:
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES
    return 0
