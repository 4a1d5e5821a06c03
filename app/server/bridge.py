"""Calls a WSGI application for a request that granian passes over its RSGI protocol."""

import sys
from functools import lru_cache
from io import BytesIO
from typing import Any, Protocol

Environ = dict[str, Any]
ALWAYS: Environ = {
    "SCRIPT_NAME": "",
    "SERVER_SOFTWARE": "granian",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.input_terminated": True,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
}
PLAIN = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


class Exchange(Protocol):
    """The part of granian's RSGI protocol that we use: the body of a request, and its response."""

    async def __call__(self) -> bytes: ...
    def __aiter__(self) -> Any: ...
    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None: ...


def environ_of(scope: Any) -> Environ:
    """Return the WSGI environment of a request, without its body."""
    host, _, port = scope.server.rpartition(":")
    environ = ALWAYS | {
        "REQUEST_METHOD": scope.method,
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_PROTOCOL": "HTTP/1.1" if scope.http_version == "1.1" else "HTTP/1.0",
        "SERVER_NAME": host.strip("[]"),
        "SERVER_PORT": port,
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.url_scheme": scope.scheme,
    }
    for name, value in scope.headers.items():
        variable = variable_of(name)
        if variable not in environ:
            environ[variable] = value
        elif variable:
            environ[variable] += f"{'; ' if name == 'cookie' else ','}{value}"
    environ.pop("", None)
    return environ


@lru_cache(maxsize=512)
def variable_of(header: str) -> str:
    """
    Return the WSGI variable of a header: ``x-request-id`` becomes ``HTTP_X_REQUEST_ID``.

    It is empty for a name with an underscore, which could be mistaken for another header that a proxy sets.
    """
    return "" if "_" in header else PLAIN.get(header) or f"HTTP_{header.upper().replace('-', '_')}"


def respond(app: Any, environ: Environ, body: bytes, exchange: Exchange, *, close: bool) -> None:
    """Run the application and send its response; with ``close``, tell the client that the connection ends."""
    status, headers = 500, []

    def start_response(line: str, given: list[tuple[str, str]], exc_info: Any = None) -> None:
        nonlocal status, headers
        status, headers = int(line[:3]), given

    environ["wsgi.input"] = BytesIO(body)
    result = app(environ, start_response)
    try:
        content = b"".join(result)
    finally:
        getattr(result, "close", bool)()
    if close:
        headers.append(("Connection", "close"))
    exchange.response_bytes(status, headers, content)
