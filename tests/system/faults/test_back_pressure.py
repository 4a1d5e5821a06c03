"""More requests than the server can handle in time."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.live import LiveServer
from tests.system.faults.callers import Answer, Caller, assert_announced, crowd, login, reads, token_of
from tests.system.faults.servers import abandoned

CROWD = 38 + (os.cpu_count() or 2)
SLOW_HASHES = "11"


@pytest.fixture
def serving_with(tmp_path: Path):
    """``serving_with(login_queue="1")``: a server of one worker whose logins are slow."""
    return lambda **settings: abandoned(
        f"sqlite:///{tmp_path / 'test.db'}", tmp_path, workers="1", bcrypt_cost=SLOW_HASHES, **settings
    )


def log_in_at_once(server: LiveServer) -> list[Answer]:
    """Log in many times at once, each over a connection of its own."""
    credentials = {"username": "admin", "password": server.PASSWORD}
    with ThreadPoolExecutor(CROWD) as threads:
        return list(threads.map(lambda _: Caller(server.url).post("/api/auth/login", credentials), range(CROWD)))


def assert_some_refused(answers: list[Answer], message: str) -> int:
    """Check that some succeeded and all others failed with this message; return how many failed."""
    refused = [answer for answer in answers if answer.status != 200]
    for answer in refused:
        assert_announced(answer)
        assert answer.body["error"]["message"] == message
    assert 0 < len(refused) < len(answers)
    return len(refused)


def counted(server: LiveServer, name: str) -> float:
    """Return the value of a metric in /metrics."""
    lines = Caller(server.url).get("/metrics").body.splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith(name))


def test_more_requests_than_a_worker_takes_in_are_refused_at_once(serving_with):
    with serving_with(requests_at_once="4") as server:
        admin = login(server)
        with crowd(server, token_of(admin), reads("/healthz"), pause=0.01) as probes:
            answers = log_in_at_once(server)

        refused = assert_some_refused(answers, "The server is busy. Please try again.")
        assert {answer.status for answer in probes.answers} == {200}
        assert probes.broken == []
        assert counted(server, "frontdesk_requests_refused_total") == refused
        assert login(server).get("/api/me").status == 200


def test_more_logins_than_may_wait_are_refused_and_reads_go_on(serving_with):
    with serving_with(login_queue="1") as server:
        admin = login(server)
        with crowd(server, token_of(admin), reads("/api/me"), pause=0.01) as readers:
            answers = log_in_at_once(server)

        refused = assert_some_refused(answers, "Too many logins at once. Please try again.")
        assert {answer.status for answer in readers.answers} == {200}
        assert readers.broken == []
        assert counted(server, 'frontdesk_logins_total{outcome="busy"}') == refused
        assert counted(server, "frontdesk_hashes_waiting") == 0
        assert login(server).get("/api/me").status == 200
