"""One signed request to a receiver: no redirects, no proxies, and little is read of the response."""

import http.client
import socket
import ssl
from contextlib import suppress
from functools import cache
from time import monotonic
from urllib.parse import SplitResult, urlsplit

from standardwebhooks import Webhook as Signer

from app.models import utcnow
from app.services.remote import no_longer_than, readable
from app.services.webhooks.addresses import NotAllowed, places
from app.settings import Config

READ_MOST = 65_536
"""Bytes of a response's body that are read; all of them are ignored."""


class NotDelivered(Exception):
    """The receiver did not accept the message. ``status`` is that of its response; None without one."""

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(readable(reason))
        self.status = status


def send(url: str, body: str, *, message_id: str, secrets: list[str], config: Config) -> int:
    """
    Send a message, signed with each of the secrets (Standard Webhooks), and return the status: 200 to 299.

    :raises NotDelivered: any other response, or none in time
    """
    now = utcnow()
    signatures = [Signer(secret).sign(message_id, now, body) for secret in secrets]
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Frontdesk",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
    parts = urlsplit(url)
    connection = _connection(parts, config)
    try:
        with no_longer_than(config.webhook_timeout, lambda: connection.sock):
            status = _exchange(connection, parts, body.encode(), headers)
    except NotAllowed as error:
        raise NotDelivered("the address is outside the public internet") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        if connection.seconds_left <= 0:
            raise NotDelivered(f"no response within {config.webhook_timeout:g} seconds") from error
        told = isinstance(error, OSError) and not isinstance(error, ssl.SSLError) and error.strerror
        raise NotDelivered(told or f"{type(error).__name__}: {error}") from error
    finally:
        connection.close()
    if not 200 <= status < 300:
        raise NotDelivered(f"status {status}", status)
    return status


def _exchange(connection: "_Plain", parts: SplitResult, body: bytes, headers: dict[str, str]) -> int:
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection.request("POST", path, body, headers)
    response = connection.getresponse()
    if connection.seconds_left <= 0:
        raise TimeoutError  # the end of the headers is missing
    with suppress(OSError, http.client.HTTPException):
        response.read1(READ_MOST)  # so that most receivers can finish sending
    return response.status


class _Plain(http.client.HTTPConnection):
    """A connection to an address that has been checked."""

    def __init__(self, host: str, port: int, config: Config) -> None:
        super().__init__(host, port)
        self._config = config
        self._ends = monotonic() + config.webhook_timeout

    @property
    def seconds_left(self) -> float:
        """How much of the time for connecting and for the response is left."""
        return self._ends - monotonic()

    def connect(self) -> None:
        """
        Look the host up, and connect to the first of the allowed addresses that accepts.

        :raises NotAllowed: there is none
        :raises OSError: none of them accepts in time
        """
        error: OSError = TimeoutError()
        for family, place in places(self.host, self.port, self._config):
            if self.seconds_left <= 0:
                break
            line = socket.socket(family, socket.SOCK_STREAM)
            line.settimeout(self.seconds_left)
            try:
                line.connect(place)
            except OSError as refused:
                line.close()
                error = refused
            else:
                self._use(line)
                return
        raise error

    def _use(self, line: socket.socket) -> None:
        """From now on, the deadline ends what this socket does. :raises TimeoutError: it has passed already"""
        self.sock = line
        if self.seconds_left <= 0:
            raise TimeoutError


class _Encrypted(_Plain):
    """The same with TLS; the certificate must be valid for the host's name."""

    default_port = http.client.HTTPS_PORT

    def _use(self, line: socket.socket) -> None:
        encrypted = _tls().wrap_socket(line, server_hostname=self.host, do_handshake_on_connect=False)
        super()._use(encrypted)
        encrypted.do_handshake()


def _connection(parts: SplitResult, config: Config) -> _Plain:
    host = parts.hostname or ""
    if parts.scheme == "https":
        return _Encrypted(host, parts.port or http.client.HTTPS_PORT, config)
    return _Plain(host, parts.port or http.client.HTTP_PORT, config)


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
