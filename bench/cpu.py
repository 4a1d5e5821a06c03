"""What a server and its database consume: CPU of whole process trees, and memory."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import psutil
import psycopg

from bench.databases import Database

Seconds = dict[int, float]
"""CPU so far, by process."""


def tree(pid: int) -> list[psutil.Process]:
    """A process and all that it started."""
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]


def seconds_of(processes: Iterable[psutil.Process]) -> Seconds:
    """CPU of each so far, in user and kernel mode; those that have ended are left out."""
    found: Seconds = {}
    for process in processes:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        found[process.pid] = times.user + times.system
    return found


def spent(before: Seconds, after: Seconds) -> float:
    """CPU between two looks, also of processes that appeared meanwhile."""
    return sum(seconds - before.get(pid, 0.0) for pid, seconds in after.items())


def settle(pid: int, *, at_most: float = 15.0) -> None:
    """Wait until a server has nothing left to do, as after a load that was broken off."""
    deadline = time.monotonic() + at_most
    while time.monotonic() < deadline:
        before = seconds_of(tree(pid))
        time.sleep(0.1)
        if spent(before, seconds_of(tree(pid))) < 0.02:
            return


@dataclass(frozen=True)
class Memory:
    """Megabytes: resident, and with shared pages counted once, where the system tells."""

    rss: float
    pss: float | None


def memory_of(pid: int) -> Memory:
    """What a process and all that it started hold."""
    processes = tree(pid)
    rss = sum(process.memory_info().rss for process in processes) / 1e6
    try:
        pss = sum(process.memory_full_info().pss for process in processes) / 1e6
    except (AttributeError, psutil.AccessDenied):  # Linux alone has it, and not for everybody
        pss = None
    return Memory(rss, pss)


class DatabaseProcesses:
    """
    PostgreSQL's processes that work for the measured database: its connections, and those that serve all.

    Nothing is seen of a server on another machine or in a container of its own.
    """

    def __init__(self, database: Database) -> None:
        self._connection: psycopg.Connection[Any] | None = None
        if database.kind == "postgresql":
            self._connection = psycopg.connect(database.url, autocommit=True)
        self.visible = bool(self._processes())

    def seconds(self) -> Seconds:
        """CPU of each so far."""
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
