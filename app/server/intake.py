"""The RSGI application: it reads each request completely, queues it for a slot in order of arrival, and runs it."""

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
"""Most clients with a kept-alive connection send another request within this time, and are told to reconnect."""
SETTLE_SECONDS = 0.5
"""A client that was accepted at the last moment sends its request within this time."""
DRAIN_SECONDS = LINGER_SECONDS + SETTLE_SECONDS
READ_SECONDS = 2.0
"""Time for requests that are still arriving when the worker stops."""
FLUSH_SECONDS = 2.0
"""Time to send the last responses; after that, open connections do not keep the worker alive."""
COLLECT_SECONDS = 1.0
"""Maximum time between two runs of ``Intake._collect``."""
PROBE = "/healthz"
"""This path needs no slot: it reports that the process is alive, however busy it is."""

log = structlog.get_logger()


class BrokenBody(Exception):
    """The request body ended early or is malformed."""


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
        """Take over stopping the worker: granian would close connections on which a request is still arriving."""
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
        await done  # if this returned before the slot has responded, granian would send a response of its own
        return None

    async def _read(self, environ: Environ, exchange: Exchange) -> bytes:
        """
        Read the body to its end, or just past the size limit, so that the application responds with its API's error.

        :raises BrokenBody: the client disconnected or sent malformed chunks
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
        if empty > 1:  # granian yields one empty part at the end of the body, and another for a malformed one
            raise BrokenBody
        return bytes(body)

    def _run(self, environ: Environ, body: bytes, exchange: Exchange, done: asyncio.Future[None]) -> None:
        """Handle the request; runs in a slot."""
        try:
            respond(self._app, environ, body, exchange, close=self._leaving)
        except Exception:
            log.exception("the application failed")
            exchange.response_bytes(500, [], b"")
        finally:
            self._ended.append(done)

    def _collect(self) -> None:
        """
        Finish the tasks of requests that have been responded to. This runs when the next request arrives, or once a
        second: waking the event loop for each response would make a request a tenth more expensive.
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
        # SIGINT starts granian's own shutdown: it stops accepting, finishes requests and closes idle connections.
        # The signal was blocked until now, because a terminal sends it to all processes.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        signal.raise_signal(signal.SIGINT)
        while self._inside or self._reading:
            await asyncio.sleep(COLLECT_SECONDS)
        await asyncio.sleep(FLUSH_SECONDS)
        sys.exit()  # granian would wait for incomplete headers without a shorter deadline

    async def _drain(self, listener: socket.socket) -> None:
        """Tell clients to disconnect, so that none sends a request while its connection is being closed."""
        self._leaving = True
        await asyncio.sleep(LINGER_SECONDS)
        # Replace the listening socket by one that nothing connects to. The real one stays open in another process,
        # where new connections wait for the next server. It cannot be closed here, because granian owns it.
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK) as unreachable:
            unreachable.bind("")
            unreachable.listen()
            os.dup2(unreachable.fileno(), listener.fileno(), inheritable=False)
        await asyncio.sleep(SETTLE_SECONDS)
