"""A new release takes over while the old one serves."""

import json
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from app.db import migrations
from tests.live import LiveServer, frontdesk
from tests.server.processes import children, is_alive
from tests.system.faults.callers import Caller, creates_users, crowd, login, reads, token_of
from tests.system.faults.cluster import until
from tests.system.faults.servers import abandoned
from tests.system.releases import NEXT_REVISION, NEXT_VERSION, Release

LONG = 120.0


@pytest.fixture
def release(tmp_path: Path) -> Iterator[Release]:
    """What runs, and what the command line belongs to."""
    installed = Release(tmp_path / "release")
    with patch("tests.live.ROOT", installed.folder):
        yield installed


@pytest.fixture
def server(postgresql, release: Release, tmp_path: Path) -> Iterator[LiveServer]:
    with abandoned(postgresql.ready_database(), tmp_path, workers="2") as running:
        yield running


def newcomers(url: str, path: str) -> Callable[[Caller], object]:
    """Asks on a connection of its own each time."""

    def read(caller: Caller):
        fresh = Caller(url, token_of(caller))
        try:
            return fresh.get(path)
        finally:
            fresh.close()

    return read


def versions(server: LiveServer) -> set[str]:
    """What the workers say they are."""
    return {Caller(server.url).get("/api/openapi.json").body["info"]["version"] for _ in range(12)}


class TestUpgrade:
    def test_nobody_notices_and_nothing_is_lost(self, server, release, usernames):
        admin, acknowledged, workers = login(server), [], children(server.process.pid)
        jobs = [creates_users(acknowledged), creates_users(acknowledged), reads("/api/users"), reads("/readyz")]
        jobs += [newcomers(server.url, "/api/me"), newcomers(server.url, "/readyz")]

        with crowd(server, token_of(admin), *jobs) as calls:
            release.install_next(migrations.head_revision())
            migrated = frontdesk("db", "upgrade", environment=server.environment)
            before = len(calls.answers)
            until(lambda: len(calls.answers) > before + 50, what="answers of the old release")
            server.process.send_signal(signal.SIGHUP)
            until(lambda: not any(map(is_alive, workers)), seconds=LONG, what="the end of the old workers")
            before = len(calls.answers)
            until(lambda: len(calls.answers) > before + 50, what="answers of the new release")

        assert migrated.returncode == 0, migrated.stderr
        assert versions(server) == {NEXT_VERSION}
        assert Caller(server.url).get("/readyz").body == {"status": "ok", "revision": NEXT_REVISION}
        assert server.process.poll() is None
        assert calls.broken == []
        assert {answer.status for answer in calls.answers} == {200}
        assert set(acknowledged) <= usernames(server.environment["DATABASE_URL"])

    def test_the_old_release_starts_again_on_the_newer_database(self, server, release, tmp_path: Path):
        older = Release(tmp_path / "older")
        release.install_next(migrations.head_revision())
        assert frontdesk("db", "upgrade", environment=server.environment).returncode == 0

        with patch("tests.live.ROOT", older.folder):
            made = frontdesk("setup", environment=server.environment)
            now = frontdesk("db", "current", "--json", environment=server.environment)

        assert (made.returncode, made.stderr) == (0, "")
        assert json.loads(now.stdout) == {"current": NEXT_REVISION, "head": migrations.head_revision()}


class TestReload:
    def test_a_release_that_does_not_start_is_not_taken(self, server, release):
        admin, workers, before = login(server), children(server.process.pid), versions(server)

        release.break_it()
        server.process.send_signal(signal.SIGHUP)
        until(lambda: "not reloaded" in server.log.read_text(), seconds=LONG, what="a word in the log")

        assert "no_such_name" in last_line(server)["reason"]
        assert children(server.process.pid) == workers
        assert versions(server) == before
        assert admin.get("/api/me").status == 200

    def test_who_is_told_to_end_meanwhile_ends_well_and_leaves_nobody_behind(self, server):
        workers = children(server.process.pid)

        server.process.send_signal(signal.SIGHUP)
        until(lambda: len({*children(server.process.pid)} - {*workers}) == 2, seconds=LONG, what="new workers")
        everybody = children(server.process.pid)
        server.process.terminate()

        assert server.process.wait(timeout=LONG) == 0
        assert [worker for worker in everybody if is_alive(worker)] == []

    def test_counters_go_on(self, server):
        admin, workers = login(server), children(server.process.pid)

        server.process.send_signal(signal.SIGHUP)
        until(lambda: not any(map(is_alive, workers)), seconds=LONG, what="the end of the old workers")

        assert 'frontdesk_logins_total{outcome="success"} 1.0' in admin.get("/metrics").body


def last_line(server: LiveServer) -> dict[str, str]:
    lines = [line for line in server.log.read_text().splitlines() if "not reloaded" in line]
    return json.loads(lines[-1])
