"""What granian calls for each request: it is read to its end, waits for a slot in order of arrival, and runs."""

import asyncio
import multiprocessing
import os
import signal
import socket
import sys
from collections import deque
from functools import partial
from http import HTTPStatus
from typing import Any

import structlog
from flask import Flask

from app.http.request import with_common_headers
from app.runtime import Runtime
from app.server.bridge import Environ, Exchange, environ_of, respond
from app.server.slots import Slots
from app.server.unserved import Unserved
from app.settings import Config

LINGER_SECONDS = 2.0
"""Clients that keep a connection ask again within this, as a rule, and are told to open another."""
SETTLE_SECONDS = 0.5
"""A client that was accepted at the last moment sends its request within this."""
DRAIN_SECONDS = LINGER_SECONDS + SETTLE_SECONDS
READ_SECONDS = 2.0
"""What is just coming in when the worker ends has this long to arrive."""
FLUSH_SECONDS = 2.0
"""The last responses are sent within this; then connections that are merely open do not hold the worker up."""
COLLECT_SECONDS = 1.0
"""How often tasks of requests that have their response are ended at the least."""
PROBE = "/healthz"
"""Needs no slot: it says that the process lives, however busy it is."""

log = structlog.get_logger()


class BrokenBody(Exception):
    """The body ended before its end."""


class Intake:
    """
    The RSGI application of a worker.

    :param listener: the listening socket if it outlives the server, which then drains before it ends
    """

    def __init__(self, app: Flask, config: Config, *, listener: socket.socket | None = None) -> None:
        self._app = app.wsgi_app
        self._busy = with_common_headers(Unserved(HTTPStatus.SERVICE_UNAVAILABLE, Retry_After="1"), config)
        self._late = with_common_headers(Unserved(HTTPStatus.REQUEST_TIMEOUT), config)
        self._limit, self._timeout, self._most = config.max_body_bytes, config.request_timeout, config.requests_at_once
        self._slots = Slots(config.request_slots)
        self._inside = 0
        self._ended: deque[asyncio.Future[None]] = deque()
        self._reading: set[asyncio.Timeout] = set()
        self._listener = listener
        self._leaving = False
        self._end: asyncio.Task[None] | None = None
        runtime: Runtime | None = app.extensions.get("frontdesk")
        if runtime is not None:
            runtime.gate.aside = self._slots.aside
        self._on_refusal = runtime.metrics.refused.inc if runtime is not None else int

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Take over how the worker stops: granian would close connections on which a request is just coming in."""
        self._loop = loop
        self._collect_regularly()
        loop.add_signal_handler(signal.SIGTERM, self._stop)
        supervisor = multiprocessing.parent_process()
        if supervisor is not None:
            loop.add_reader(supervisor.sentinel, self._orphaned, supervisor.sentinel)

    async def __rsgi__(self, scope: Any, exchange: Exchange) -> None:
        """Serve one request."""
        environ, body = environ_of(scope), b""
        if "CONTENT_LENGTH" in environ or "HTTP_TRANSFER_ENCODING" in environ:
            deadline = asyncio.timeout(self._timeout)
            self._reading.add(deadline)
            try:
                async with deadline:
                    body = await self._read(environ, exchange)
            except TimeoutError:
                return respond(self._late, environ, b"", exchange, close=True)
            except BrokenBody:
                return exchange.response_bytes(400, [("Connection", "close")], b"")
            finally:
                self._reading.discard(deadline)
        if environ["PATH_INFO"] == PROBE:
            return respond(self._app, environ, body, exchange, close=self._leaving)
        self._collect()
        if self._inside >= self._most:
            self._on_refusal()
            return respond(self._busy, environ, body, exchange, close=self._leaving)
        self._inside += 1
        done = self._loop.create_future()
        self._slots.submit(partial(self._run, environ, body, exchange, done))
        await done  # granian would respond itself if this returned before the slot has responded
        return None

    async def _read(self, environ: Environ, exchange: Exchange) -> bytes:
        """
        The body: to its end, or just over the limit, so that the application refuses it in the words of its API.

        :raises BrokenBody: the client broke off, or sent chunks that are none
        """
        length = environ.get("CONTENT_LENGTH")
        try:
            if length is None:
                return await self._read_chunks(exchange)
            return await exchange() if int(length) <= self._limit else b""
        except RuntimeError as error:  # granian's ProtocolError and ProtocolClosed
            raise BrokenBody from error

    async def _read_chunks(self, exchange: Exchange) -> bytes:
        body, empty = bytearray(), 0
        async for part in exchange:
            body += part
            empty += not part
            if len(body) > self._limit:
                return bytes(body)
        if empty > 1:  # granian yields one where the body ends, and one for what is broken
            raise BrokenBody
        return bytes(body)

    def _run(self, environ: Environ, body: bytes, exchange: Exchange, done: asyncio.Future[None]) -> None:
        """In a slot: the request itself."""
        try:
            respond(self._app, environ, body, exchange, close=self._leaving)
        except Exception:
            log.exception("the application failed")
            exchange.response_bytes(500, [], b"")
        finally:
            self._ended.append(done)

    def _collect(self) -> None:
        """
        End the tasks of requests that have their response. This is done when the next request comes, or once a second:
        to wake the loop for each of them would cost a tenth of a request.
        """
        while self._ended:
            self._ended.popleft().set_result(None)
            self._inside -= 1

    def _collect_regularly(self) -> None:
        self._collect()
        self._loop.call_later(COLLECT_SECONDS, self._collect_regularly)

    def _orphaned(self, sentinel: int) -> None:
        self._loop.remove_reader(sentinel)
        self._stop()

    def _stop(self) -> None:
        self._end = self._end or self._loop.create_task(self._finish())

    async def _finish(self) -> None:
        try:
            if self._listener is not None:
                await self._drain(self._listener)
        except OSError:
            log.exception("connections could not be left to the next server")
        self._timeout = min(self._timeout, READ_SECONDS)
        soon = self._loop.time() + self._timeout
        for deadline in self._reading:
            if not deadline.expired():
                deadline.reschedule(min(soon, deadline.when() or soon))
        # Granian's own way to stop, which it takes on SIGINT as well: nothing is accepted any more, requests are
        # finished, idle connections are closed. Until now the signal was blocked, since a terminal sends it to all.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        signal.raise_signal(signal.SIGINT)
        while self._inside or self._reading:
            await asyncio.sleep(COLLECT_SECONDS)
        await asyncio.sleep(FLUSH_SECONDS)
        sys.exit()  # granian waits for the rest of a header as long as ever

    async def _drain(self, listener: socket.socket) -> None:
        """Have clients leave of their own accord, so that none sends a request while its connection is closed."""
        self._leaving = True
        await asyncio.sleep(LINGER_SECONDS)
        # Accept from a socket that nothing connects to. The real one stays open elsewhere, and new connections wait
        # there for the next server; to close it is not possible here, as granian has it.
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK) as unreachable:
            unreachable.bind("")
            unreachable.listen()
            os.dup2(unreachable.fileno(), listener.fileno(), inheritable=False)
        await asyncio.sleep(SETTLE_SECONDS)
