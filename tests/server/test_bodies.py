"""Request bodies of every kind, complete and malformed, over real connections."""

import json

import pytest

from tests.live import LiveServer
from tests.server import raw

TOO_LARGE = {"error": {"message": "Request body too large", "code": "bad-request", "status": 413}}
LIMIT = 4096


@pytest.fixture
def credentials(server: LiveServer) -> bytes:
    return json.dumps({"username": "admin", "password": server.PASSWORD}).encode()


def healthy(server: LiveServer) -> bool:
    return raw.exchange(server, raw.request("GET", "/healthz")) == (200, '{"status":"ok"}')


class TestLength:
    def test_a_body_of_known_length_is_read(self, server, credentials):
        head = raw.request("POST", "/api/auth/login", f"Content-Length: {len(credentials)}")

        status, body = raw.exchange(server, head + credentials)

        assert status == 200
        assert json.loads(body)["user"]["username"] == "admin"

    def test_more_than_the_limit_is_413_and_is_not_read(self, server):
        head = raw.request("POST", "/api/auth/login", f"Content-Length: {10**12}")

        status, body = raw.exchange(server, head)

        assert (status, json.loads(body)) == (413, TOO_LARGE)

    def test_a_client_that_waits_for_continue_is_told_to(self, server, credentials):
        head = raw.request("POST", "/api/auth/login", f"Content-Length: {len(credentials)}", "Expect: 100-continue")

        with raw.connect(server) as connection:
            connection.sendall(head)
            interim = connection.recv(len(b"HTTP/1.1 100 Continue\r\n\r\n"))
            connection.sendall(credentials)
            status, _ = raw.read(connection)

        assert interim == b"HTTP/1.1 100 Continue\r\n\r\n"
        assert status == 200


class TestChunked:
    HEAD = raw.request("POST", "/api/auth/login", "Transfer-Encoding: chunked")

    def test_a_chunked_body_is_put_together(self, server, credentials):
        status, body = raw.exchange(
            server, self.HEAD + raw.chunked(credentials[:7], credentials[7:20], credentials[20:])
        )

        assert status == 200
        assert json.loads(body)["user"]["username"] == "admin"

    def test_as_much_as_the_limit_is_read(self, server, credentials):
        status, _ = raw.exchange(server, self.HEAD + raw.chunked(credentials.ljust(LIMIT)))

        assert status == 200

    @pytest.mark.parametrize("size", [LIMIT + 1, 100_000], ids=["by one byte", "by far"])
    def test_more_than_the_limit_is_413(self, server, credentials, size: int):
        status, body = raw.exchange(server, self.HEAD + raw.chunked(credentials.ljust(size)))

        assert (status, json.loads(body)) == (413, TOO_LARGE)

    def test_a_broken_chunk_is_a_bad_request(self, server):
        status, _ = raw.exchange(server, self.HEAD + b"no number\r\n")

        assert status == 400
        assert healthy(server)


class TestDisconnects:
    @pytest.mark.parametrize(
        "sent",
        [
            raw.request("POST", "/api/auth/login", "Content-Length: 500") + b'{"username": ',
            raw.request("POST", "/api/auth/login", "Transfer-Encoding: chunked") + b'd\r\n{"user',
            b"POST /api/auth/login HTTP/1.1\r\nHo",
            b"",
        ],
        ids=["in a body", "in a chunk", "in the headers", "before all"],
    )
    def test_clients_that_go_away_do_no_harm(self, server, sent: bytes):
        for _ in range(20):
            with raw.connect(server) as connection:
                connection.sendall(sent)

        assert healthy(server)


class TestNoHttp:
    @pytest.mark.parametrize(
        ("sent", "status"),
        [
            (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
            (raw.request("POST", "/api/auth/login", "Content-Length: many"), 400),
            (raw.request("GET", "/healthz", f"X-Long: {'x' * 1_000_000}"), 431),
        ],
        ids=["TLS", "length that is no number", "endless header"],
    )
    def test_it_is_refused(self, server, sent: bytes, status: int):
        assert raw.exchange(server, sent)[0] == status
        assert healthy(server)
