"""A new release takes over while the old one is running."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from app.db import migrations
from tests.live import LiveServer, environment_for, frontdesk
from tests.server.activation import Unit, activated
from tests.system.faults.callers import Caller, creates_users, crowd, login, reads, token_of
from tests.system.faults.cluster import until
from tests.system.faults.servers import make_ready
from tests.system.releases import NEXT_REVISION, NEXT_VERSION, Release


@pytest.fixture
def release(tmp_path: Path) -> Iterator[Release]:
    """The release that is running, and that the command line belongs to."""
    installed = Release(tmp_path / "release")
    with patch("tests.live.ROOT", installed.folder):
        yield installed


@pytest.fixture
def unit(postgresql, release: Release, tmp_path: Path) -> Iterator[Unit]:
    with activated(postgresql.ready_database(), tmp_path, workers="2") as made:
        yield made


def newcomers(url: str, path: str) -> Callable[[Caller], object]:
    """Return a job that sends a request over a new connection each time."""

    def read(caller: Caller):
        fresh = Caller(url, token_of(caller))
        try:
            return fresh.get(path)
        finally:
            fresh.close()

    return read


def versions(server: LiveServer) -> set[str]:
    """Return the versions that the workers report."""
    return {Caller(server.url).get("/api/openapi.json").body["info"]["version"] for _ in range(12)}


class TestUpgrade:
    def test_nobody_notices_and_nothing_is_lost(self, unit, release, usernames):
        server = unit.start()
        admin, acknowledged = login(server), []
        jobs = [creates_users(acknowledged), creates_users(acknowledged), reads("/api/users"), reads("/readyz")]
        jobs += [newcomers(server.url, "/api/me"), newcomers(server.url, "/readyz")]

        with crowd(server, token_of(admin), *jobs) as calls:
            release.install_next(migrations.head_revision())
            migrated = frontdesk("db", "upgrade", environment=server.environment)
            before = len(calls.answers)
            until(lambda: len(calls.answers) > before + 50, what="answers of the old release")
            unit.restart()
            before = len(calls.answers)
            until(lambda: len(calls.answers) > before + 50, what="answers of the new release")

        assert migrated.returncode == 0, migrated.stderr
        assert versions(server) == {NEXT_VERSION}
        assert Caller(server.url).get("/readyz").body == {"status": "ok", "revision": NEXT_REVISION}
        assert calls.broken == []
        assert [(answer.status, answer.body) for answer in calls.answers if answer.status != 200] == []
        assert set(acknowledged) <= usernames(server.environment["DATABASE_URL"])

    def test_the_old_release_starts_again_on_the_newer_database(self, unit, release, tmp_path: Path):
        older = Release(tmp_path / "older")
        release.install_next(migrations.head_revision())
        assert frontdesk("db", "upgrade", environment=unit.environment).returncode == 0

        with patch("tests.live.ROOT", older.folder):
            made = frontdesk("setup", environment=unit.environment)
            now = frontdesk("db", "current", "--json", environment=unit.environment)

        assert (made.returncode, made.stderr) == (0, "")
        assert json.loads(now.stdout) == {"current": NEXT_REVISION, "head": migrations.head_revision()}


class TestCheck:
    @pytest.fixture
    def environment(self, tmp_path: Path) -> dict[str, str]:
        make_ready(tmp_path / "test.db")
        return environment_for(f"sqlite:///{tmp_path / 'test.db'}", tmp_path)

    def test_a_release_that_would_start_is_told_so_while_another_serves(self, environment, live_server):
        port = live_server.url.rpartition(":")[2]

        done = frontdesk("serve", "--check", "--port", port, environment=environment)

        assert (done.returncode, done.stdout, done.stderr) == (0, "The server can start.\n", "")

    def test_one_that_cannot_be_imported_would_not(self, environment, release):
        release.break_it()

        done = frontdesk("serve", "--check", environment=environment)

        assert done.returncode == 1
        assert "no_such_name" in done.stderr

    def test_one_whose_migrations_were_forgotten_would_not(self, environment, release):
        release.install_next(migrations.head_revision())

        done = frontdesk("serve", "--check", environment=environment)

        assert (done.returncode, done.stderr) == (3, "Error: the database needs migrating: frontdesk db upgrade\n")

    def test_one_with_a_setting_that_cannot_be_used_would_not(self, environment):
        done = frontdesk("serve", "--check", environment=environment | {"FRONTDESK_MAX_PAGE_SIZE": "many"})

        assert done.returncode == 3
        assert "FRONTDESK_MAX_PAGE_SIZE must be a whole number" in done.stderr
