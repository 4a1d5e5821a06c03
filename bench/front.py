"""Load on the server: throughput by connections, clients that send half a request, reads during constant logins."""

import math
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from bench.cpu import seconds_of, settle, spent, tree
from bench.endpoints import Endpoint
from bench.load import Headers, hammer, paced, percentile
from bench.measure import READS_PER_SECOND, say
from bench.servers import Server

CONNECTIONS = (1, 4, 16, 64)
IDLERS = 300
LOGINS = 16
HALF_BODY = (
    b"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"
)
HALF_HEADER = b"GET /api/me HTTP/1.1\r\nHost: x\r\nAuthor"
HALVES = {"half a body": HALF_BODY, "half a header": HALF_HEADER}


@dataclass(frozen=True)
class Throughput:
    """A load over a number of connections; times and CPU per request in milliseconds."""

    connections: int
    rate: float
    p50: float
    p99: float
    cpu: float
    failures: int


@dataclass(frozen=True)
class Reads:
    """Response times of a client that sends requests at a steady rate, in milliseconds."""

    p50: float
    p99: float


@dataclass
class Front:
    """The servers to compare, and the length and number of measurements."""

    servers: Sequence[Server]
    headers: Headers
    seconds: float
    rounds: int

    def throughput(self, read: Endpoint) -> dict[str, list[list[Throughput]]]:
        """Return by server, for each number of connections, one measurement per round."""
        found: dict[str, list[list[Throughput]]] = {server.name: [] for server in self.servers}
        for server in self.servers:
            hammer(server.url, read.plan, self.headers, seconds=1)
        for connections in CONNECTIONS:
            for server in self.servers:
                found[server.name].append([])
            for _ in range(self.rounds):
                for server in self.servers:
                    found[server.name][-1].append(self._once(server, read, connections))
            say(f"{connections} connections")
        return found

    def _once(self, server: Server, read: Endpoint, connections: int) -> Throughput:
        settle(server.pid)
        before = seconds_of(tree(server.pid))
        load = hammer(server.url, read.plan, self.headers, seconds=self.seconds, connections=connections)
        cpu = spent(before, seconds_of(tree(server.pid))) * 1000 / max(1, load.requests)
        return Throughput(connections, load.requests / load.seconds, load.p50, load.p99, cpu, load.failures)

    def beside_halves(self, read: Endpoint) -> dict[str, dict[str, Reads]]:
        """Return reads by server and kind of half request, while 300 clients have sent one and wait."""
        found: dict[str, dict[str, Reads]] = {server.name: {} for server in self.servers}
        for title, sent in HALVES.items():
            for server in self.servers:
                with idlers(server, sent):
                    found[server.name][title] = self._reads(server, read)
            say(f"{IDLERS} clients that sent {title}")
        return found

    def beside_logins(self, read: Endpoint, login: Endpoint) -> dict[str, Reads]:
        """Return reads by server, while 16 clients log in without pause."""
        found = {}
        for server in self.servers:
            settle(server.pid)
            seconds = self.seconds * self.rounds
            logins = threading.Thread(
                target=hammer,
                args=(server.url, login.plan, self.headers),
                kwargs={"seconds": seconds + 2, "connections": LOGINS},
            )
            logins.start()
            time.sleep(1)
            found[server.name] = self._reads(server, read)
            logins.join()
        say("reads beside logins")
        return found

    def _reads(self, server: Server, read: Endpoint) -> Reads:
        """Measure reads; if one fails, the times are infinite."""
        try:
            times = paced(
                server.url, read.plan, self.headers, rate=READS_PER_SECOND, seconds=self.seconds * self.rounds
            )
        except RuntimeError as error:
            say(f"{server.name}: {error}")
            return Reads(math.inf, math.inf)
        return Reads(percentile(times, 50), percentile(times, 99))


@contextmanager
def idlers(server: Server, sent: bytes) -> Iterator[None]:
    """Keep 300 connections open that have sent these bytes and wait; one that the server closes is opened again."""
    over = threading.Event()

    def keep_one() -> None:
        parts = urlsplit(server.url)
        while not over.is_set():
            with suppress(OSError), socket.create_connection((parts.hostname, parts.port), timeout=0.5) as connection:
                connection.sendall(sent)
                while not over.is_set():
                    with suppress(TimeoutError):
                        if not connection.recv(4096):
                            break

    with ExitStack() as stack:
        threads = [threading.Thread(target=keep_one, daemon=True) for _ in range(IDLERS)]
        stack.callback(lambda: [thread.join() for thread in threads])
        stack.callback(over.set)
        for thread in threads:
            thread.start()
        time.sleep(1)
        yield
