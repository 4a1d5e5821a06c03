"""Calls of a Matomo's HTTP API that only read: no redirects, no proxies, and nothing of any size."""

import http.client
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

import orjson

from app.domain.errors import SourceUnusable
from app.services.remote import no_longer_than, readable

SILENT_SECONDS = 120
"""How long the server may send nothing; Matomo prepares a list before it sends the beginning."""
MOST_SECONDS = 600
"""How long a call may take."""
MOST_BYTES = 64 * 1024 * 1024
"""The largest response that is read; a user takes about 300 bytes, a site 800, and access to a site 6."""
URL_MAX_LENGTH = 2000
TOKEN_MAX_LENGTH = 200
NO_MATOMO = {http.client.OK, http.client.NOT_FOUND}
"""What other servers respond with, when they are asked for something else than JSON."""
BUSY = {http.client.TOO_MANY_REQUESTS, http.client.SERVICE_UNAVAILABLE}
ATTEMPTS = 4
MOST_WAIT = 30
"""The most seconds to wait before a busy server is asked again."""
SCRIPT = "index.php"
OWN_AUTHORITY = "SSL_CERT_FILE can name a file with the certificates of your own authority."


@dataclass(frozen=True, slots=True)
class Api:
    """A Matomo's API. Make one with ``opened``."""

    parts: SplitResult
    path: str
    token: str = field(repr=False)

    @property
    def place(self) -> str:
        """Where it is, in the same form for all spellings of the URL: ``//matomo.example/path``."""
        return f"//{self._host}{self.path.removesuffix(SCRIPT)}"

    @property
    def _host(self) -> str:
        host = (self.parts.hostname or "").lower()
        shown = f"[{host}]" if ":" in host else host
        usual = {"http": http.client.HTTP_PORT, "https": http.client.HTTPS_PORT}[self.parts.scheme]
        return shown if self.parts.port in (None, usual) else f"{shown}:{self.parts.port}"

    def call(self, method: str, **parameters: str) -> Any:
        """
        Return the result of a method; lists are complete.

        :raises SourceUnusable: there is none, with a reason that does not contain the token
        """
        try:
            return self._result(method, parameters)
        except SourceUnusable as error:
            raise SourceUnusable(error.reason.replace(self.token, "…")) from None

    def _result(self, method: str, parameters: dict[str, str]) -> Any:
        # Matomo finds no API method, and sends a page, if the method of a call with a wrong token is not in the query.
        query = {"module": "API", "method": method, "format": "json", "filter_limit": "-1", "language": "en"}
        target = f"{self.path}?{urlencode(query | parameters)}"
        for attempt in range(ATTEMPTS):
            status, body, headers = self._exchange(target)
            if status not in BUSY or attempt == ATTEMPTS - 1:
                break
            time.sleep(_wait(headers.get("Retry-After"), attempt))
        if 300 <= status < 400:
            to = readable(headers.get("Location", "").partition("?")[0], most=200)
            raise SourceUnusable(f"it redirects to {to or 'another URL'}; give the URL of Matomo itself")
        hint = "; is this the URL of a Matomo?" if status in NO_MATOMO else ""
        try:
            found = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise SourceUnusable(f"{method}: status {status}, and the response is not JSON{hint}") from None
        if isinstance(found, dict) and found.get("result") == "error":
            # Matomo escapes its messages even in JSON.
            raise SourceUnusable(f"{method}: {readable(unescape(str(found.get('message'))), most=300)}")
        if status != http.client.OK:
            raise SourceUnusable(f"{method}: status {status}{hint}")
        return found

    def _exchange(self, target: str) -> tuple[int, bytes, http.client.HTTPMessage]:
        """Return the status, the body and the headers of a response. The token is sent in the body of the request."""
        connection = self._connection()
        ends = time.monotonic() + MOST_SECONDS
        try:
            connection.connect()
            line = connection.sock
            with no_longer_than(MOST_SECONDS, lambda: line):
                form = urlencode({"token_auth": self.token}).encode()
                headers = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "Frontdesk"}
                connection.request("POST", target, form, headers)
                response = connection.getresponse()
                body = response.read(MOST_BYTES + 1)
        except ssl.SSLCertVerificationError as error:
            said = readable(error.verify_message, most=200)
            raise SourceUnusable(f"the certificate of {self._host} is not valid: {said}. {OWN_AUTHORITY}") from error
        except (OSError, http.client.HTTPException) as error:
            if isinstance(error, TimeoutError) or time.monotonic() >= ends:
                raise SourceUnusable(f"{self._host} does not respond in time") from error
            raise SourceUnusable(f"{self._host} {_why(error)}") from error
        finally:
            connection.close()
        if time.monotonic() >= ends:
            raise SourceUnusable(f"{self._host} does not respond in time")
        if len(body) > MOST_BYTES:
            raise SourceUnusable(f"a response has more than {MOST_BYTES:,} bytes")
        return response.status, body, response.headers

    def _connection(self) -> http.client.HTTPConnection:
        kind: Callable[..., http.client.HTTPConnection] = http.client.HTTPConnection
        if self.parts.scheme == "https":
            kind = http.client.HTTPSConnection
        return kind(self.parts.hostname or "", self.parts.port, timeout=SILENT_SECONDS)


def _why(error: OSError | http.client.HTTPException) -> str:
    """Return why there is no response."""
    if isinstance(error, ssl.SSLError):
        said = readable(str(error.reason or error), most=200)
        return f"does not speak TLS as expected ({said}); check the port, and whether it is https"
    if isinstance(error, socket.gaierror):
        return "cannot be found: there is no such host"
    if not isinstance(error, OSError):
        return f"sent no valid response: {readable(str(error), most=200) or type(error).__name__}"
    said = readable(error.strerror or str(error), most=200) or type(error).__name__
    return f"cannot be reached: {said}"


def opened(url: str, token: str) -> Api:
    """
    Return the API at the URL of a Matomo, with or without ``index.php``. Nothing is called yet.

    :raises SourceUnusable: the URL or the token cannot be one
    """
    if not url.isascii() or not url.isprintable() or " " in url or len(url) > URL_MAX_LENGTH:
        raise SourceUnusable("the URL is not valid")
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 (raises an error if it is not a number)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise SourceUnusable("the URL must begin with https:// or http://")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise SourceUnusable("the URL must have no username, password, query or fragment")
    if not token or len(token) > TOKEN_MAX_LENGTH or not token.isascii() or not token.isprintable() or " " in token:
        raise SourceUnusable("the token is empty, or cannot be one of Matomo's")
    folder = parts.path.rstrip("/").removesuffix(f"/{SCRIPT}").rstrip("/")
    return Api(parts, f"{folder}/{SCRIPT}", token)


def _wait(asked: str | None, attempt: int) -> int:
    """Return how many seconds to wait: as many as the server asks for, or twice as many each time, but not too many."""
    seconds = int(asked) if asked and asked.isascii() and asked.isdigit() and len(asked) < 10 else int(2**attempt)
    return min(seconds, MOST_WAIT)
