"""An import that is killed at any moment, and run again, ends as if it had not been interrupted."""

import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psycopg

from tests.databases import fresh_database
from tests.live import ROOT, environment_for, frontdesk

ROWS = ("--users=6000", "--teams=600", "--memberships=3000", "--websites=2000", "--grants=500")
SECONDS = 60


def rows_in(url: str) -> int:
    """Return how many users and memberships there are."""
    counted = 'SELECT (SELECT count(*) FROM "user") + (SELECT count(*) FROM team_user)'
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            return int(connection.execute(counted).fetchone()[0])
    with psycopg.connect(url) as connection:
        return int(connection.execute(counted).fetchone()[0])  # type: ignore[index]


def killed_at(number: int, file: Path, environment: dict[str, str]) -> int:
    """Start an import, kill it as soon as there are so many rows, and return its exit code."""
    command = [sys.executable, "-m", "app.cli", "import", str(file)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    until = time.monotonic() + SECONDS
    while process.poll() is None and rows_in(environment["DATABASE_URL"]) < number:
        assert time.monotonic() < until
        time.sleep(0.01)
    process.kill()
    return process.wait()


def test_nothing_is_lost_and_nothing_is_there_twice(database: str, tmp_path: Path):
    moments = sorted(random.sample(range(1, 8000), 3))
    file = tmp_path / "rows.jsonl"
    for name in ("made", "filled"):
        (tmp_path / name).mkdir()
    with fresh_database(database, tmp_path / "made") as url:
        environment = environment_for(url, tmp_path / "made")
        frontdesk("db", "upgrade", environment=environment)
        assert frontdesk("demo", *ROWS, "--yes", environment=environment).returncode == 0
        file.write_text(frontdesk("export", "--secrets", environment=environment).stdout)

    with fresh_database(database, tmp_path / "filled") as url:
        environment = environment_for(url, tmp_path / "filled")
        frontdesk("db", "upgrade", environment=environment)
        codes = [killed_at(moment, file, environment) for moment in moments]
        finished = frontdesk("import", str(file), environment=environment)
        exported = frontdesk("export", "--secrets", environment=environment).stdout
        events = frontdesk("audit", "export", environment=environment).stdout

    assert (codes, finished.returncode, finished.stderr) == ([-9] * 3, 0, ""), moments
    assert exported == file.read_text()
    assert events.count('"user-created"') == 6000
    assert events.count('"grants-changed"') == 500
