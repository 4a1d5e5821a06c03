"""Raw HTTP, for requests that no client library would send."""

import socket
from collections.abc import Iterable
from contextlib import suppress

from tests.live import LiveServer

TIMEOUT = 60


def connect(server: LiveServer) -> socket.socket:
    host, port = server.url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=TIMEOUT)


def request(method: str, path: str, *headers: str, close: bool = True) -> bytes:
    """Return the head of a request; by default, it asks the server to close the connection afterwards."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *headers, *(["Connection: close"] if close else [])]
    return "\r\n".join([*lines, "", ""]).encode()


def chunked(*parts: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def exchange(server: LiveServer, data: bytes | Iterable[bytes]) -> tuple[int, str]:
    """Send data, read until the server closes, and return status and body."""
    with connect(server) as connection:
        with suppress(ConnectionError):  # rejected before all of it was sent
            for part in [data] if isinstance(data, bytes) else data:
                connection.sendall(part)
        return read(connection)


def read(connection: socket.socket) -> tuple[int, str]:
    """Read until the server closes, and return status and body."""
    received = b""
    with suppress(ConnectionError):
        while part := connection.recv(65_536):
            received += part
    head, _, body = received.partition(b"\r\n\r\n")
    return int(head.split()[1]), body.decode()
