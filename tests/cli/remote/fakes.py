"""A server that answers as a test says, and notes what it was asked."""

import json
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

OK = {"data": [], "count": 0, "page": 1, "pageSize": 100}


@dataclass
class Answer:
    """What the server answers to one request."""

    status: int = 200
    body: Any = field(default_factory=lambda: OK)
    headers: dict[str, str] = field(default_factory=dict)
    type: str = "application/json"
    after: float = 0.0
    """How long it takes, in seconds."""
    hangs_up: bool = False
    """Whether it closes the connection instead."""


@dataclass
class Fake:
    """A running server. ``asked`` has method, path and headers of each request, in order, and ``bodies`` the bodies."""

    url: str
    answers: list[Answer]
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)


@contextmanager
def answering(*answers: Answer, certificate: Path | None = None) -> Iterator[Fake]:
    """
    Yield a server that gives these answers one after the other, and then the last one again.

    :param certificate: speak TLS with this certificate and key
    """
    left = list(answers)
    fake = Fake("", left)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            fake.bodies.append(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            fake.asked.append((self.command, self.path, dict(self.headers)))
            answer = left.pop(0) if len(left) > 1 else left[0]
            if answer.hangs_up:
                self.close_connection = True
                return
            time.sleep(answer.after)
            content = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
            self.send_response(answer.status)
            sent = {"Content-Type": answer.type, "Content-Length": str(len(content)), **answer.headers}
            for name, value in sent.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    fake.url = f"{'http' if certificate is None else 'https'}://127.0.0.1:{server.server_port}"
    try:
        yield fake
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
