"""How long ``frontdesk import`` takes for many users, beside COPY of the same rows, and how much memory."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.databases import fresh_database
from bench.measure import say
from bench.report import number, table
from bench.servers import ROOT, Kit

USERS, MOST_TIMES_COPY = 100_000, 8
TABLES = ("user", "audit_event")
"""The tables that an import of users writes."""


@dataclass(frozen=True)
class Import:
    """One import: its duration, that of COPY if it was measured, in seconds, and its peak memory in MB."""

    users: int
    seconds: float
    copy_seconds: float | None
    peak_mb: float


def measure(folder: Path, *, large: bool) -> str:
    """
    Return a table of imports of made-up users with their hashes into empty PostgreSQL databases.

    :param large: whether to import ten times as many as well, to compare the memory
    """
    found = [_measured(folder, USERS, with_copy=True)]
    if large:
        found.append(_measured(folder, 10 * USERS, with_copy=False))
    rows = [
        [f"{one.users:,} users", number(one.seconds), number(one.copy_seconds), _times(one), number(one.peak_mb)]
        for one in found
    ]
    return table(["import", "s", "COPY s", f"times COPY (target ≤ {MOST_TIMES_COPY})", "peak MB"], rows)


def _times(one: Import) -> str:
    return number(None if one.copy_seconds is None else one.seconds / one.copy_seconds)


def _measured(folder: Path, users: int, *, with_copy: bool) -> Import:
    file, parts = folder / f"{users}.jsonl", {name: folder / f"{name}.copy" for name in TABLES}
    with fresh_database(folder, sqlite=False) as database:
        made = Kit(database, folder)
        run(made, "db", "upgrade")
        run(
            made,
            "demo",
            "--yes",
            *(f"--{name}=0" for name in ("teams", "memberships", "websites", "grants")),
            f"--users={users}",
        )
        with file.open("wb") as output:
            run(made, "export", "--secrets", output=output)
    with fresh_database(folder, sqlite=False) as database:
        kit = Kit(database, folder)
        run(kit, "db", "upgrade")
        began = time.perf_counter()
        peak = run(kit, "import", str(file))
        took = time.perf_counter() - began
        say(f"import of {users:,} users: {took:.1f} s, {peak:.0f} MB")
        if with_copy:
            _dump(database.url, parts)
    copied = _copied(folder, parts) if with_copy else None
    return Import(users, took, copied, peak)


def _dump(url: str, parts: dict[str, Path]) -> None:
    """Write the rows of the tables to files, as COPY reads them."""
    with psycopg.connect(url) as connection:
        for name, path in parts.items():
            statement = f'COPY "{name}" ({_columns(connection, name)}) TO STDOUT'
            with path.open("wb") as output, connection.cursor().copy(statement) as rows:
                for row in rows:
                    output.write(row)


def _copied(folder: Path, parts: dict[str, Path]) -> float:
    """Return how long COPY takes for the rows."""
    with fresh_database(folder, sqlite=False) as database:
        run(Kit(database, folder), "db", "upgrade")
        began = time.perf_counter()
        with psycopg.connect(database.url) as connection:
            for name, path in parts.items():
                statement = f'COPY "{name}" ({_columns(connection, name)}) FROM STDIN'
                with path.open("rb") as rows, connection.cursor().copy(statement) as copy:
                    while part := rows.read(1 << 16):
                        copy.write(part)
        took = time.perf_counter() - began
    say(f"COPY of the same rows: {took:.1f} s")
    return took


def _columns(connection: psycopg.Connection[tuple[str, ...]], of_table: str) -> str:
    """Return the columns that are not generated."""
    found = connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s"
        " AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [of_table],
    )
    return ", ".join(f'"{name}"' for (name,) in found)


def run(kit: Kit, *arguments: str, output: object = subprocess.DEVNULL) -> float:
    """Run a command of Frontdesk to its end, and return its peak memory in MB."""
    command = [sys.executable, "-m", "app.cli", *arguments]
    process = subprocess.Popen(command, cwd=ROOT, env=kit.environment, stdout=output)  # type: ignore[call-overload]
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{arguments} failed")
    return float(usage.ru_maxrss) / 1024
