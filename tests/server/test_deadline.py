"""The time limit for a request to arrive, and the effect of incomplete requests on others."""

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.live import LiveServer
from tests.server import raw
from tests.server.processes import connections, eventually
from tests.system.faults.callers import Caller, crowd, reads
from tests.system.faults.servers import abandoned

CLIENTS = 300
FIRST = raw.request("POST", "/api/auth/login", "Content-Length: 50", close=False) + b"{"
CHUNK = raw.request("POST", "/api/auth/login", "Transfer-Encoding: chunked", close=False) + b"1\r\n{\r\n"
HEADER = b"POST /api/auth/login HTTP/1.1\r\nHo"


def serving_for(seconds: str, folder: Path):
    return abandoned(f"sqlite:///{folder / 'test.db'}", folder, workers="2", request_timeout=seconds)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server that gives requests one second to arrive."""
    with serving_for("1", tmp_path_factory.mktemp("short")) as running:
        yield running


class TestShort:
    @pytest.mark.parametrize("sent", [FIRST, CHUNK], ids=["declared", "chunked"])
    def test_half_a_body_is_408_and_the_connection_is_closed(self, server, sent: bytes):
        with raw.connect(server) as connection:
            connection.sendall(sent)
            status, body = raw.read(connection)

        error = json.loads(body)["error"]
        assert status == 408
        assert (error["message"], error["code"]) == ("The request did not arrive in time.", "bad-request")

    @pytest.mark.parametrize("sent", [HEADER, b""], ids=["half a header", "nothing"])
    def test_without_a_whole_header_the_connection_is_closed(self, server, sent: bytes):
        with raw.connect(server) as connection:
            connection.sendall(sent)

            assert connection.recv(1) == b""

    def test_matomos_clients_are_told_in_their_format(self, server):
        head = raw.request("POST", "/index.php?module=API&format=json", "Content-Length: 50")

        with raw.connect(server) as connection:
            connection.sendall(head + b"a")
            status, body = raw.read(connection)

        assert (status, json.loads(body)) == (
            408,
            {"result": "error", "message": "The request did not arrive in time."},
        )


class TestLong:
    @pytest.mark.parametrize("sent", [FIRST, HEADER], ids=["half a body", "half a header"])
    def test_hundreds_that_stay_cost_the_others_nothing(self, tmp_path: Path, sent: bytes):
        with serving_for("3600", tmp_path) as server, ExitStack() as stack:
            port = int(server.url.rpartition(":")[2])
            for _ in range(CLIENTS):
                stack.enter_context(raw.connect(server)).sendall(sent)
            eventually(lambda: len(connections(port)) >= CLIENTS, "all have been let in")

            with crowd(server, "", *[reads("/api/config")] * 4) as calls:
                eventually(lambda: len(calls.answers) > 100, "a hundred answers")

        assert calls.broken == []
        assert {answer.status for answer in calls.answers} == {200}

    def test_a_slow_client_is_served_in_the_end(self, tmp_path: Path):
        with serving_for("3600", tmp_path) as server, raw.connect(server) as connection:
            body = json.dumps({"username": "admin", "password": server.PASSWORD}).encode()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(raw.request("POST", "/api/auth/login", f"Content-Length: {len(body)}"))
            for number in range(len(body)):
                connection.sendall(body[number : number + 1])
                if number % 20 == 0:
                    assert Caller(server.url).get("/healthz").status == 200
            status, _ = raw.read(connection)

        assert status == 200
