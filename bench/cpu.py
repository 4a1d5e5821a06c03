"""CPU time and memory used by a server and its database, over whole process trees."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import psutil
import psycopg

from bench.databases import Database

Seconds = dict[int, float]
"""CPU time so far by process id, in seconds."""


def tree(pid: int) -> list[psutil.Process]:
    """Return a process and all its descendants."""
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]


def seconds_of(processes: Iterable[psutil.Process]) -> Seconds:
    """Return the CPU time of each process so far, in user and kernel mode; those that have ended are left out."""
    found: Seconds = {}
    for process in processes:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        found[process.pid] = times.user + times.system
    return found


def spent(before: Seconds, after: Seconds) -> float:
    """Return the CPU seconds spent between two readings, including processes started in between."""
    return sum(seconds - before.get(pid, 0.0) for pid, seconds in after.items())


def settle(pid: int, *, at_most: float = 15.0) -> None:
    """Wait until a server is idle, for example after a load was interrupted; ``at_most`` is in seconds."""
    deadline = time.monotonic() + at_most
    while time.monotonic() < deadline:
        before = seconds_of(tree(pid))
        time.sleep(0.1)
        if spent(before, seconds_of(tree(pid))) < 0.02:
            return


@dataclass(frozen=True)
class Memory:
    """Megabytes: resident (RSS), and with shared pages counted proportionally (PSS) if the system reports it."""

    rss: float
    pss: float | None


def memory_of(pid: int) -> Memory:
    """Return the memory of a process and all its descendants."""
    processes = tree(pid)
    rss = sum(process.memory_info().rss for process in processes) / 1e6
    try:
        pss = sum(process.memory_full_info().pss for process in processes) / 1e6
    except (AttributeError, psutil.AccessDenied):  # available only on Linux, and not to every user
        pss = None
    return Memory(rss, pss)


class DatabaseProcesses:
    """
    PostgreSQL's processes that work for the measured database: its connections, and background processes.

    A server on another machine or in a container is not visible.
    """

    def __init__(self, database: Database) -> None:
        self._connection: psycopg.Connection[Any] | None = None
        if database.kind == "postgresql":
            self._connection = psycopg.connect(database.url, autocommit=True)
        self.visible = bool(self._processes())

    def seconds(self) -> Seconds:
        """Return the CPU time of each process so far."""
        return seconds_of(self._processes())

    def _processes(self) -> list[psutil.Process]:
        if self._connection is None:
            return []
        rows = self._connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() OR datname IS NULL"
        ).fetchall()
        found = []
        for (pid,) in rows:
            try:
                process = psutil.Process(pid)
                if "postgres" in process.name():
                    found.append(process)
            except psutil.NoSuchProcess:
                continue
        return found

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
