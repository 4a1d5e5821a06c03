"""Connections: kept alive, several at once, HEAD; and the processes that serve them."""

import http.client
import json
import os
import signal
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest

from tests.live import LiveServer
from tests.server import raw
from tests.server.processes import children, connections, eventually, held_by, is_alive


@pytest.fixture
def port(server: LiveServer) -> int:
    return int(server.url.rpartition(":")[2])


@pytest.fixture
def kept(port: int) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=raw.TIMEOUT)
    yield connection
    connection.close()


def statuses(server: LiveServer, number: int) -> set[int]:
    """Return the statuses of a number of requests, each over a connection of its own."""
    found = set()
    for _ in range(number):
        with urllib.request.urlopen(f"{server.url}/healthz", timeout=raw.TIMEOUT) as response:
            found.add(response.status)
    return found


class TestKeepAlive:
    def test_one_connection_serves_many_requests_refusals_included(self, kept):
        answers = []
        kept.connect()
        first = kept.sock.getsockname()

        for method, path, body in [("GET", "/healthz", None), ("POST", "/api/users", "{}"), ("GET", "/nowhere", None)]:
            kept.request(method, path, body)
            response = kept.getresponse()
            answers.append((response.status, response.read()[:2]))

        assert answers == [(200, b'{"'), (401, b'{"'), (404, b'{"')]
        assert kept.sock.getsockname() == first

    def test_a_header_with_underscores_is_not_taken_for_one_with_hyphens(self, kept):
        kept.request("GET", "/healthz", headers={"X-Request-Id": "of-the-proxy", "X_Request_Id": "of-the-client"})

        assert kept.getresponse().getheader("X-Request-Id") == "of-the-proxy"

    @pytest.mark.parametrize(
        ("method", "path", "encoding", "body"),
        [
            ("POST", "/api/users", "Content-Length: 2", b"{}"),
            ("POST", "/api/users", "Transfer-Encoding: chunked", b"2\r\n{}\r\n0\r\n\r\n"),
            ("DELETE", "/nowhere", "Content-Length: 2", b"{}"),
        ],
        ids=["declared", "chunked", "of no use"],
    )
    def test_a_body_that_nobody_reads_does_not_end_the_connection(
        self, server, method: str, path: str, encoding: str, body: bytes
    ):
        with raw.connect(server) as connection:
            connection.sendall(raw.request(method, path, encoding, close=False))
            connection.settimeout(0.2)
            with suppress(TimeoutError):
                connection.recv(65_536)  # the response, while the body is still to come
            connection.settimeout(raw.TIMEOUT)
            connection.sendall(body + raw.request("GET", "/healthz"))
            answers = b""
            while part := connection.recv(65_536):
                answers += part

        assert answers.endswith(b'{"status":"ok"}')

    def test_http_1_0_is_answered_and_closed(self, server):
        status, body = raw.exchange(server, b"GET /healthz HTTP/1.0\r\n\r\n")

        assert (status, body) == (200, '{"status":"ok"}')


class TestHead:
    @pytest.mark.parametrize(("path", "status"), [("/healthz", 200), ("/api/me", 401), ("/nowhere", 404)])
    def test_it_is_get_without_the_body(self, kept, path: str, status: int):
        kept.request("GET", path)
        got = kept.getresponse()
        length = len(got.read())
        kept.request("HEAD", path)
        head = kept.getresponse()

        assert (got.status, head.status, head.read()) == (status, status, b"")
        assert head.getheader("Content-Length") == str(length)
        assert {name for name, _ in head.getheaders()} == {name for name, _ in got.getheaders()}


class TestWorkers:
    def test_two_workers_share_the_connections(self, server, port: int):
        workers = children(server.process.pid)

        with ExitStack() as stack:
            for _ in range(60):
                stack.enter_context(raw.connect(server))
            eventually(lambda: len(connections(port)) >= 60, "60 connections are accepted")
            shares = [held_by(worker) & connections(port) for worker in workers]

        assert len(workers) == 2
        assert all(shares)

    def test_a_worker_that_is_killed_is_replaced(self, server):
        workers = children(server.process.pid)

        os.kill(workers[0], signal.SIGKILL)
        eventually(lambda: not is_alive(workers[0]), "the worker is gone")
        eventually(lambda: len(children(server.process.pid)) == 2, "there are two again")

        assert workers[1] in children(server.process.pid)
        assert statuses(server, 30) == {200}


class TestLog:
    def test_every_line_of_a_production_server_is_json(self, server):
        statuses(server, 1)

        lines = [json.loads(line) for line in server.log.read_text().splitlines()]

        assert {"event", "level", "timestamp"} <= set.intersection(*[set(line) for line in lines])
