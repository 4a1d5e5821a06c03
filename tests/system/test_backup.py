"""Backup and restore as described in docs/operating.md, while the server writes."""

import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.live import LiveServer
from tests.system.deployment import OPERATING
from tests.system.faults.callers import Caller, creates_users, crowd, login, token_of
from tests.system.faults.cluster import until
from tests.system.faults.servers import abandoned

DOCUMENTED = re.findall(r"```sh\n(.*?)```", OPERATING.read_text(), flags=re.DOTALL)


def documented(word: str) -> str:
    """Return the only line of shell in the handbook that contains this word."""
    (line,) = [line for block in DOCUMENTED for line in block.splitlines() if word in line]
    return line


def backed_up(server: LiveServer, back_up) -> tuple[str, set[str]]:
    """Take a backup while accounts are created; return a session token and the names acknowledged before it."""
    admin, acknowledged = login(server), []
    with crowd(server, token_of(admin), *[creates_users(acknowledged)] * 3) as calls:
        until(lambda: len(acknowledged) > 20, what="twenty accounts")
        before = set(acknowledged)
        back_up()
        until(lambda: len(acknowledged) > len(before) + 20, what="twenty more accounts")
    assert {answer.status for answer in calls.answers} == {200}
    return token_of(admin), before


def assert_restored(url: str, folder: Path, token: str) -> None:
    """Check that a server on the restored database accepts earlier sessions and further changes."""
    with abandoned(url, folder) as server:
        bearer = Caller(server.url, token)
        answers = [bearer.get("/readyz"), bearer.get("/api/users?search=user"), login(server).get("/api/me")]
        answers.append(bearer.post("/api/teams", {"name": "Blue"}))

        assert {answer.status for answer in answers} == {200}


class TestPostgresql:
    def test_what_was_acknowledged_before_is_in_it_and_it_can_be_served(self, postgresql, usernames, tmp_path: Path):
        url, restored = postgresql.ready_database(), f"{postgresql.url.rpartition('/')[0]}/restored"
        dump = documented("pg_dump").replace("frontdesk.dump", str(tmp_path / "frontdesk.dump"))
        restore = documented("pg_restore").replace("frontdesk.dump", str(tmp_path / "frontdesk.dump"))
        restore = restore.replace("frontdesk_restored", "restored")

        with abandoned(url, tmp_path) as server:
            token, before = backed_up(server, lambda: postgresql.shell(dump, DATABASE_URL=url))
        postgresql.shell(restore)

        assert before <= usernames(restored)
        assert_restored(restored, tmp_path, token)


class TestSqlite:
    @pytest.fixture
    def instance(self, tmp_path: Path) -> Path:
        folder = tmp_path / "instance"
        folder.mkdir()
        return folder

    @pytest.mark.parametrize("tool", ["sqlite3", "python3"])
    def test_what_was_acknowledged_before_is_in_it_and_it_can_be_served(
        self, usernames, tmp_path: Path, instance: Path, tool: str
    ):
        if not shutil.which(tool):
            pytest.skip(f"{tool} is not installed")
        url, backup = f"sqlite:///{instance / 'frontdesk.db'}", tmp_path / "frontdesk-backup.db"

        with abandoned(url, instance) as server:
            token, before = backed_up(server, lambda: in_folder(tmp_path, command_with(tool)))
        backup.rename(instance / "frontdesk.db")
        for left in ("frontdesk.db-wal", "frontdesk.db-shm"):
            (instance / left).unlink(missing_ok=True)

        with closing(sqlite3.connect(instance / "frontdesk.db")) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert before <= usernames(url)
        assert_restored(url, instance, token)


def command_with(tool: str) -> str:
    if tool == "sqlite3":
        return documented("sqlite3 instance/frontdesk.db")
    (line,) = re.findall(r"`(python3 -c .*?\.backup\(.*?)`", OPERATING.read_text())
    return line.replace("python3", sys.executable)


def in_folder(folder: Path, command: str) -> None:
    subprocess.run(command, shell=True, cwd=folder, check=True, capture_output=True, timeout=60)
