"""The disk of an SQLite database is full."""

import contextlib
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.system.faults.callers import NEW_USER, Answer, Caller, assert_announced, login, token_of
from tests.system.faults.servers import abandoned

SIZE = "4m"
MOST_WRITES = 2000


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"a small file system cannot be mounted: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Create a file that takes all remaining space."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(os.urandom(4096))
    return filler


def create_user(admin: Caller) -> tuple[str, Answer]:
    name = f"user-{uuid4().hex}"
    return name, admin.post("/api/users", NEW_USER | {"username": name})


def test_writes_are_refused_reads_go_on_and_nothing_is_corrupt(small_disk, usernames, tmp_path: Path):
    url = f"sqlite:///{small_disk / 'test.db'}"
    with abandoned(url, tmp_path, workers="2") as server:
        admin = login(server)
        acknowledged = [create_user(admin)[0] for _ in range(3)]
        filler = fill(small_disk)

        refused = []
        for _ in range(MOST_WRITES):  # free space within the database's files is used up first
            name, answer = create_user(admin)
            if answer.status == 200:
                acknowledged.append(name)
            else:
                refused.append(answer)
            if len(refused) == 10:
                break
        newcomers = [Caller(server.url, token_of(admin)) for _ in range(10)]  # some meet a worker without connections
        reads = [each.get(path) for each in newcomers for path in ("/api/users", "/api/me", "/readyz")]
        found = usernames(url)
        filler.unlink()
        name, written = create_user(admin)

        assert len(refused) == 10
        for answer in refused:
            assert_announced(answer)
        assert [answer.status for answer in reads] == [200] * len(reads)
        assert found == {"admin", *acknowledged}
        assert written.status == 200
        assert usernames(url) == {"admin", *acknowledged, name}
        with contextlib.closing(sqlite3.connect(small_disk / "test.db")) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
