"""A receiver of webhooks on loopback, which does what a test tells it."""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from typing import Any

import orjson
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from standardwebhooks import Webhook

Respond = Callable[[socket.socket], None]


def status(code: int, *headers: str) -> Respond:
    """Respond with this status."""
    lines = [f"HTTP/1.1 {code} Said", *headers, "Content-Length: 0", "Connection: close", "", ""]
    return lambda line: line.sendall("\r\n".join(lines).encode())


@dataclass
class Receiver:
    """What arrived, and how the next requests are responded to."""

    port: int = 0
    respond: Respond = field(default_factory=lambda: status(204))
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    """Path, headers and body of each request."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?from=frontdesk"

    @property
    def ids(self) -> list[str]:
        """The ``webhook-id`` of each request."""
        return [headers["webhook-id"] for _, headers, _ in self.requests]

    @property
    def bodies(self) -> list[Any]:
        return [orjson.loads(body) for _, _, body in self.requests]

    def verified(self, secret: str) -> list[Any]:
        """Return the bodies. :raises WebhookVerificationError: a signature is wrong"""
        return [Webhook(secret).verify(body, headers) for _, headers, body in self.requests]


@contextmanager
def receiving(certificate: Path | None = None, *, silent: bool = False) -> Iterator[Receiver]:
    """
    Yield a receiver that accepts everything, on a port of its own.

    :param certificate: encrypt with this certificate and key
    :param silent: accept connections, and say nothing
    """
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.requests.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            receiver.respond(self.connection)
            self.close_connection = True

        def log_message(self, *_args: Any) -> None:
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if silent:
        kept: list[Any] = []  # connections stay open
        server.process_request = lambda *given: kept.append(given)  # type: ignore[method-assign]
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_args: None  # type: ignore[method-assign]  # clients hang up, as they should
    receiver.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def self_signed(path: Path) -> Path:
    """Write a certificate for 127.0.0.1 that signs itself, with its key, to one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "receiver")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path
