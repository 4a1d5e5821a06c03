"""``/metrics`` of a server with two workers."""

import fcntl
import os
import signal
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from tests.live import LiveServer
from tests.server.processes import children, is_alive
from tests.system.faults.callers import Caller, login, token_of
from tests.system.faults.cluster import until
from tests.system.faults.servers import abandoned
from tests.telemetry.scraping import Scrape

MANY = 40
LOGIN_ATTEMPTS = 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("metrics")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[LiveServer]:
    settings = {"workers": "2", "login_attempts": str(LOGIN_ATTEMPTS)}
    with abandoned(f"sqlite:///{folder / 'test.db'}", folder, **settings) as running:
        yield running


def newcomers(server: LiveServer, path: str, number: int, token: str | None = None) -> list[int]:
    """Send requests, each on a new connection so that both workers get some, and return their statuses."""
    found = []
    for _ in range(number):
        caller = Caller(server.url, token)
        found.append(caller.get(path).status)
        caller.close()
    return found


@contextmanager
def nobody_hashes(folder: Path) -> Iterator[None]:
    """Hold all hashing slots during the ``with`` block."""
    (meeting_place,) = folder.glob("frontdesk-*/")
    with ExitStack() as stack:
        for number in range(os.cpu_count() or 1):
            file = stack.enter_context((meeting_place / f"hash-{number}.lock").open("w"))
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def log_in(server: LiveServer, username: str) -> int:
    return Caller(server.url).post("/api/auth/login", {"username": username, "password": "wrong"}).status


class TestCounts:
    def test_those_of_both_workers_are_added_up(self, server):
        admin = login(server)
        before = Scrape(server)

        statuses = newcomers(server, f"/api/users/{admin.user_id}", MANY, token_of(admin))
        after = Scrape(server)

        labels = {"method": "GET", "route": "/api/users/<user_id>"}
        assert statuses == [200] * MANY
        assert after.sum("requests_total", status="200", **labels) - before.sum("requests_total", **labels) == MANY
        assert after.sum("request_seconds_count", **labels) - before.sum("request_seconds_count", **labels) == MANY
        assert after.sum("request_seconds_sum", **labels) > before.sum("request_seconds_sum", **labels)

    def test_routes_are_templates_and_never_paths(self, server):
        unknown = f"/api/nothing-{uuid4()}"
        newcomers(server, f"/api/teams/{uuid4()}", 4)
        newcomers(server, unknown, 4)

        found = Scrape(server)

        assert {"/api/teams/<team_id>", "unknown"} <= found.values("route")
        assert found.sum("requests_total", route="unknown", status="404") == 4
        assert not any(uuid_like in route for route in found.values("route") for uuid_like in ("nothing", "-"))

    def test_logins_are_told_apart_by_outcome(self, server):
        before = Scrape(server)

        statuses = [log_in(server, "mallory") for _ in range(2 * LOGIN_ATTEMPTS + 1)]
        after = Scrape(server)

        def grown(outcome: str) -> float:
            return after.sum("logins_total", outcome=outcome) - before.sum("logins_total", outcome=outcome)

        assert set(statuses) == {401, 429}
        assert grown("failure") == statuses.count(401)
        assert grown("throttled") == statuses.count(429)
        assert grown("success") == 0


class TestGauges:
    def test_passwords_that_wait_are_counted(self, server, folder):
        waiting = 2 * (os.cpu_count() or 1) + 4

        with ThreadPoolExecutor(waiting) as threads, nobody_hashes(folder):
            logins = [threads.submit(log_in, server, f"nobody-{uuid4()}") for _ in range(waiting)]
            until(lambda: Scrape(server).sum("hashes_waiting") >= 4, what="waiting passwords")

        assert [login.result() for login in logins] == [401] * waiting
        assert Scrape(server).sum("hashes_waiting") == 0

    def test_connections_in_use_are_counted(self, server):
        admin = login(server)

        def write() -> int:
            return Caller(server.url, token_of(admin)).post("/api/teams", {"name": "Blue"}).status

        with ThreadPoolExecutor(1) as threads:
            with closing(sqlite3.connect(server.environment["DATABASE_URL"].removeprefix("sqlite:///"))) as database:
                database.execute("BEGIN IMMEDIATE")
                written = threads.submit(write)
                until(lambda: in_use(server, "writer") == 1, what="a connection in use")
            status = written.result()
        until(lambda: in_use(server, "writer") == 0, what="no connection in use")

        assert status == 200
        assert Scrape(server).values("engine") == {"reader", "writer"}


def in_use(server: LiveServer, engine: str) -> float:
    newcomers(server, "/healthz", 6)
    return Scrape(server).sum("database_connections", engine=engine)


class TestKilledWorkers:
    def test_what_they_had_under_way_is_forgotten_and_what_they_counted_is_not(self, server, folder):
        waiting, workers, before = 2 * (os.cpu_count() or 1) + 4, children(server.process.pid), Scrape(server)

        with ThreadPoolExecutor(waiting) as threads, nobody_hashes(folder):
            for _ in range(waiting):
                threads.submit(log_in, server, f"nobody-{uuid4()}")
            until(lambda: Scrape(server).sum("hashes_waiting") >= 4, what="waiting passwords")
            for worker in workers:
                os.kill(worker, signal.SIGKILL)
            until(lambda: not any(map(is_alive, workers)), what="the end of the workers")
            until(lambda: len(children(server.process.pid)) == 2, what="new workers")
            until(lambda: answers(server), what="a response")
            found = Scrape(server)

        assert found.sum("hashes_waiting") == 0
        assert found.sum("requests_total") > before.sum("requests_total") > MANY
        assert found.sum("logins_total", outcome="success") == before.sum("logins_total", outcome="success") > 0


def answers(server: LiveServer) -> bool:
    try:
        return newcomers(server, "/healthz", 1) == [200]
    except OSError:
        return False
