"""Sockets passed by systemd: a restart loses no request."""

import http.client
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.server import raw
from tests.server.activation import Unit, activated
from tests.server.processes import children, connections, eventually, held_by, is_alive
from tests.system.faults.callers import Answer, Caller, creates_users, crowd, login, reads, token_of
from tests.system.faults.cluster import until
from tests.system.faults.conftest import usernames

__all__ = ["usernames"]

LONG = 120.0


@pytest.fixture
def unit(tmp_path: Path):
    with activated(f"sqlite:///{tmp_path / 'test.db'}", tmp_path, workers="2", bcrypt_cost="10") as made:
        yield made


def newcomer(caller: Caller) -> Answer:
    """Send a request over a new connection."""
    caller.close()
    return caller.get("/api/me")


def logs_in(caller: Caller) -> Answer:
    return caller.post("/api/auth/login", {"username": "admin", "password": "administrator's own"})


class TestPassing:
    def test_the_socket_comes_before_host_and_port(self, unit: Unit):
        unit.environment |= {"FRONTDESK_HOST": "192.0.2.1", "FRONTDESK_PORT": "1"}

        assert Caller(unit.start().url).get("/readyz").status == 200

    def test_of_several_sockets_each_worker_takes_one(self, tmp_path: Path):
        with (
            activated(f"sqlite:///{tmp_path / 'test.db'}", tmp_path, sockets=2, workers="2") as unit,
            ExitStack() as stack,
        ):
            server = unit.start()
            port = int(server.url.rpartition(":")[2])
            for _ in range(60):
                stack.enter_context(raw.connect(server))
            eventually(lambda: len(connections(port)) >= 60, "60 connections are accepted")
            shares = [held_by(worker) & connections(port) for worker in children(server.process.pid)]

        assert len(shares) == 2
        assert all(shares)


class TestRestart:
    def test_no_request_fails(self, unit: Unit, usernames):
        server, acknowledged = unit.start(), []
        jobs = [reads("/api/me"), reads("/api/users"), newcomer, newcomer, logs_in, creates_users(acknowledged)]

        with crowd(server, token_of(login(server)), *jobs) as calls:
            for _ in range(3):
                before = len(calls.answers)
                until(lambda: len(calls.answers) > before + 100, what="a hundred answers")  # noqa: B023
                unit.restart()

        assert calls.broken == []
        assert {answer.status for answer in calls.answers} == {200}
        assert set(acknowledged) <= usernames(unit.environment["DATABASE_URL"])
        assert acknowledged

    def test_connections_wait_while_no_server_runs(self, unit: Unit):
        with raw.connect(unit) as connection:
            connection.sendall(raw.request("GET", "/healthz"))
            unit.start()
            status, body = raw.read(connection)

        assert (status, body) == (200, '{"status":"ok"}')

    def test_clients_are_told_to_leave_before_their_connections_are_closed(self, unit: Unit):
        server = unit.start()
        connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=raw.TIMEOUT)
        kept = []

        server.process.terminate()
        while not kept or kept[-1] is None:
            connection.request("GET", "/healthz")
            response = connection.getresponse()
            kept.append(response.getheader("Connection"))
            response.read()

        assert kept[-1] == "close"
        assert server.process.wait(timeout=LONG) == 0

    @pytest.mark.parametrize(
        "half",
        [raw.request("POST", "/api/auth/login", "Content-Length: 50") + b"{", b"POST /api/auth/login HTTP/1.1\r\nHo"],
        ids=["a body", "a header"],
    )
    def test_clients_that_send_half_of_something_do_not_hold_it_up(self, unit: Unit, half: bytes):
        unit.environment |= {"FRONTDESK_REQUEST_TIMEOUT": "3600", "FRONTDESK_SHUTDOWN_SECONDS": "3600"}
        server = unit.start()
        workers = children(server.process.pid)

        with raw.connect(server) as connection:
            connection.sendall(half)
            assert Caller(server.url).get("/healthz").status == 200
            server.process.terminate()

            assert server.process.wait(timeout=LONG) == 0
        assert [worker for worker in workers if is_alive(worker)] == []
