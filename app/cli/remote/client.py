"""Calls of the HTTP API: one connection, time-outs, retries, and failures that say what to do."""

import http.client
import random
import socket
import ssl
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import click
import orjson

from app import __version__
from app.cli.failures import NO_API_KEY, NOT_FRONTDESK, TIMED_OUT, UNREACHABLE, Failure, Kind
from app.cli.remote.problems import error_for
from app.cli.remote.target import Target, checked_key
from app.services.remote import no_longer_than, readable

MOST_ATTEMPTS = 5
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""In seconds. If the server asks for a longer pause, the command fails at once, and says so."""
MAX_BYTES = 64 * 1024 * 1024
LATER = (409, 429, 503)
"""What a server answers if the same request can succeed later; 409 only with ``Retry-After``."""
REPEATABLE = frozenset({"GET", "PUT", "DELETE"})
JSON_TYPES = ("application/json", "application/problem+json")


class Client:
    """Calls one server. Closes its connection at the end of a ``with`` block."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self._base = urlsplit(target.url)
        self._given = target.api_key
        self._line: http.client.HTTPConnection | None = None

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self._hang_up()

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        only_new: bool = False,
        repeatable: bool = False,
        once: bool = False,
    ) -> Any:
        """
        Return the JSON that an endpoint answers.

        :param query: parameters; those that are None are left out
        :param only_new: only create, do not change what is there
        :param repeatable: whether a POST does no harm if it is repeated, as when it sets something
        :param once: whether the server sees to it that a repeated POST does nothing twice (``Idempotency-Key``)
        :raises DomainError: the server refused the request for this reason
        :raises Failure: the server cannot be reached, or does not answer as Frontdesk
        """
        headers = self._headers() | ({"If-None-Match": "*"} if only_new else {})
        if once:
            headers["Idempotency-Key"] = str(uuid4())
        given = urlencode({name: _text(value) for name, value in (query or {}).items() if value is not None})
        url = f"{self._base.path}{path}" + (f"?{given}" if given else "")
        content = None if body is None else orjson.dumps(body)
        again = repeatable or once or method in REPEATABLE
        for attempt in range(1, MOST_ATTEMPTS + 1):
            status, found, sent = self._send(method, url, content, headers, again=again)
            pause = _pause(status, found, attempt)
            if pause is None or not (again or status == 429) or attempt == MOST_ATTEMPTS:
                break
            time.sleep(pause)
        return self._result(status, found, sent)

    def _headers(self) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {self._key()}",
            "Accept": ", ".join(JSON_TYPES),
            "Content-Type": "application/json",
            "User-Agent": f"frontdesk/{__version__}",
        }

    def _key(self) -> str:
        """Return the API key; prompt for it on a terminal if there is none."""
        if self._given is None:
            if not sys.stdin.isatty():
                raise Failure(
                    "No API key: set FRONTDESK_API_KEY, use --api-key-file, or add it to a profile.", NO_API_KEY
                )
            answer = click.prompt(f"API key for {self.target.url}", hide_input=True, err=True)
            self._given = checked_key(answer.strip(), "the answer")
        return self._given

    def _send(
        self, method: str, url: str, content: bytes | None, headers: Mapping[str, str], *, again: bool
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Send a request; on a new connection if the server has closed the former one in the meantime."""
        kept = self._line is not None
        with self._explained():
            try:
                return self._exchange(method, url, content, headers)
            except (ConnectionError, http.client.BadStatusLine):
                if not (kept and again):
                    raise
            return self._exchange(method, url, content, headers)

    def _exchange(
        self, method: str, url: str, content: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        if self._line is None:
            self._line = self._new_line()
        line = self._line
        try:
            with no_longer_than(self.target.timeout, lambda: line.sock):
                line.request(method, url, content, dict(headers))
                response = line.getresponse()
                found = response.read(MAX_BYTES + 1)
        except BaseException:
            self._hang_up()
            raise
        if response.will_close or len(found) > MAX_BYTES:
            self._hang_up()
        if len(found) > MAX_BYTES:
            raise self._failure(f"sent more than {MAX_BYTES // 1024 // 1024} MB", NOT_FRONTDESK)
        return response.status, response.headers, found

    def _new_line(self) -> http.client.HTTPConnection:
        host, port, timeout = self._base.hostname or "", self._base.port, self.target.timeout
        if self._base.scheme == "https":
            return http.client.HTTPSConnection(host, port, timeout=timeout, context=ssl.create_default_context())
        return http.client.HTTPConnection(host, port, timeout=timeout)

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Say what to do if there is no answer."""
        began = time.monotonic()
        try:
            yield
        except (OSError, http.client.HTTPException) as error:
            if isinstance(error, TimeoutError) or time.monotonic() - began >= self.target.timeout:
                advice = "Try again, or allow more time with --timeout. A change may have been made."
                text = f"did not answer within {self.target.timeout:g} seconds. {advice}"
                raise self._failure(text, TIMED_OUT) from error
            raise self._failure(*_why(error)) from error

    def _result(self, status: int, headers: http.client.HTTPMessage, content: bytes) -> Any:
        """Return the JSON of a response, or raise what it says."""
        if 300 <= status < 400 and status != 304:
            place = readable(headers.get("Location", ""), most=200)
            text = f"redirects to {place or 'another address'}. No redirect is followed: use the address that answers."
            raise self._failure(text, NOT_FRONTDESK)
        found = _parsed(headers, content)
        if 200 <= status < 300 and found is not NO_JSON:
            return found
        if found is NO_JSON:
            if status >= 500 or status == 429:
                raise self._failure(f"answered {status} {_phrase(status)}. Try again later.", UNREACHABLE)
            raise self._failure(
                f"is not Frontdesk: it answered {status} without JSON. Check the address.", NOT_FRONTDESK
            )
        raise error_for(self.target, status, found)

    def _failure(self, text: str, kind: Kind) -> Failure:
        return Failure(f"{self.target.url} {text}", kind)


NO_JSON = object()


def _parsed(headers: http.client.HTTPMessage, content: bytes) -> Any:
    if headers.get_content_type() not in JSON_TYPES:
        return NO_JSON
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return NO_JSON


def _why(error: Exception) -> tuple[str, Kind]:
    """Return why a server did not answer, and what to do."""
    if isinstance(error, ssl.SSLCertVerificationError):
        said = readable(error.verify_message, most=200)
        advice = "If it is from an authority of your own, set SSL_CERT_FILE to the certificate of that authority."
        return f"has no valid certificate: {said}. {advice}", NOT_FRONTDESK
    if isinstance(error, ssl.SSLError):
        said = readable(str(error.reason or error), most=200)
        return f"does not speak TLS as expected ({said}). Check the port, and whether it is https.", NOT_FRONTDESK
    if isinstance(error, socket.gaierror):
        return "cannot be found: there is no such host. Check the address.", UNREACHABLE
    if isinstance(error, http.client.RemoteDisconnected | http.client.IncompleteRead):
        return "closed the connection before it had answered. Try again.", UNREACHABLE
    if isinstance(error, http.client.HTTPException):
        return "does not answer in HTTP. Check the address and the port.", NOT_FRONTDESK
    said = readable(getattr(error, "strerror", None) or str(error), most=200)
    return f"cannot be reached: {said}. Is it running?", UNREACHABLE


def _pause(status: int, headers: http.client.HTTPMessage, attempt: int) -> float | None:
    """Return how many seconds to wait before the next attempt; None if another one is of no use."""
    said = headers.get("Retry-After", "")
    if status not in LATER or (status == 409 and not said):
        return None
    if said.isascii() and said.isdecimal():
        return float(said) if float(said) <= LONGEST_PAUSE else None
    pause: float = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1))
    return pause * random.uniform(0.75, 1.25)  # noqa: S311 (no secret)


def _phrase(status: int) -> str:
    return http.client.responses.get(status, "")


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
