"""The measurements. The servers take turns in each round, so that a noisy machine affects all of them alike."""

import os
import statistics
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import bcrypt

from bench.cpu import DatabaseProcesses, Memory, memory_of, seconds_of, settle, spent, tree
from bench.endpoints import Endpoint
from bench.load import Headers, Load, Plan, hammer, paced, percentile
from bench.servers import Server
from bench.world import COST, PASSWORD

READS_PER_SECOND = 40
HASHES_LONGER = 2
WARM_SECONDS = 1


@dataclass(frozen=True)
class Sample:
    """One measurement of one server; CPU in milliseconds per request."""

    load: Load
    server_ms: float
    database_ms: float | None

    @property
    def rate(self) -> float:
        return self.load.requests / self.load.seconds


@dataclass
class Series:
    """All measurements of one endpoint, by server; the n-th ones of each list were taken in the same round."""

    endpoint: Endpoint
    samples: dict[str, list[Sample]] = field(default_factory=dict)
    hashes: list[float] = field(default_factory=list)
    """Hashes per second of bcrypt alone, in each round."""

    def middle(self, server: str, value: Callable[[Sample], float | None]) -> float | None:
        """Return the median of a value over a server's measurements, or None if it was not measured."""
        found = [value(sample) for sample in self.samples[server]]
        known = [each for each in found if each is not None]
        return statistics.median(known) if known else None

    def cpu(self, server: str) -> float:
        return self.middle(server, lambda sample: sample.server_ms) or 0.0

    def ratio(self, dear: str, cheap: str) -> float:
        """Return the ratio of the CPU of two servers: the median of the ratios of all rounds."""
        pairs = zip(self.samples[dear], self.samples[cheap], strict=True)
        return statistics.median(one.server_ms / other.server_ms for one, other in pairs if other.server_ms)

    @property
    def failures(self) -> int:
        return sum(sample.load.failures for samples in self.samples.values() for sample in samples)


@dataclass(frozen=True)
class Mixed:
    """Response times of reads during logins over all rounds, in milliseconds, and logins per second."""

    p50: float
    p99: float
    logins: float


@dataclass
class Bench:
    """The running servers, and the length and number of measurements."""

    servers: Sequence[Server]
    database: DatabaseProcesses
    headers: Headers
    seconds: float
    rounds: int

    def series(self, endpoint: Endpoint) -> Series:
        """Measure one endpoint: warm up each server, then let them take turns."""
        found = Series(endpoint, {server.name: [] for server in self.servers})
        for server in self.servers:
            self.warm(server, endpoint)
        for _ in range(self.rounds):
            for server in self.servers:
                found.samples[server.name].append(self.sample(server, endpoint))
            if endpoint.hashes:
                found.hashes.append(hashes_per_second(self.seconds))
        costs = (f"{server.name} {found.cpu(server.name):.2f} ms" for server in self.servers)
        say(f"{endpoint.title}: {', '.join(costs)}")
        return found

    def warm(self, server: Server, endpoint: Endpoint) -> None:
        """Send requests for a moment without measuring."""
        hammer(server.url, _plan_for(server, endpoint), self.headers, seconds=WARM_SECONDS)

    def sample(self, server: Server, endpoint: Endpoint) -> Sample:
        """Take one measurement."""
        seconds = self.seconds * (HASHES_LONGER if endpoint.hashes else 1)
        settle(server.pid)
        server_before, database_before = seconds_of(tree(server.pid)), self.database.seconds()
        load = hammer(server.url, _plan_for(server, endpoint), self.headers, seconds=seconds)
        server_cpu = spent(server_before, seconds_of(tree(server.pid)))
        database_cpu = spent(database_before, self.database.seconds())
        each = 1000 / max(1, load.requests)
        return Sample(load, server_cpu * each, database_cpu * each if self.database.visible else None)

    def mixed(self, login: Endpoint, read: Endpoint) -> dict[str, Mixed]:
        """Measure a steady rate of reads while 16 clients log in without pause, for Frontdesk and the peer."""
        servers = [server for server in self.servers if server.name != "bare"]
        times: dict[str, list[float]] = {server.name: [] for server in servers}
        loads: dict[str, list[Load]] = {server.name: [] for server in servers}
        seconds = self.seconds * HASHES_LONGER
        for _ in range(self.rounds):
            for server in servers:
                settle(server.pid)
                self._mixed_once(server, login, read, seconds, times[server.name], loads[server.name])
        for name, found in times.items():
            say(f"reads beside logins, {name}: p50 {percentile(found, 50):.1f} ms, p99 {percentile(found, 99):.1f} ms")
        return {
            server.name: Mixed(
                percentile(times[server.name], 50),
                percentile(times[server.name], 99),
                statistics.median(load.requests / load.seconds for load in loads[server.name]),
            )
            for server in servers
        }

    def _mixed_once(
        self, server: Server, login: Endpoint, read: Endpoint, seconds: float, times: list[float], loads: list[Load]
    ) -> None:
        # Logins start a second before the reads and end a second after them.
        logins = threading.Thread(
            target=lambda: loads.append(hammer(server.url, login.plan, self.headers, seconds=seconds + 2))
        )
        logins.start()
        time.sleep(1)
        times += paced(server.url, read.plan, self.headers, rate=READS_PER_SECOND, seconds=seconds)
        logins.join()

    def memory(self) -> dict[str, Memory]:
        """Return the memory of the servers, except the bare one, which has loaded more than it uses."""
        return {server.name: memory_of(server.pid) for server in self.servers if server.name != "bare"}


def _plan_for(server: Server, endpoint: Endpoint) -> Plan:
    return Plan(["/"]) if server.name == "bare" else endpoint.plan


def hashes_per_second(seconds: float) -> float:
    """Return how many passwords bcrypt alone checks per second, with one thread per core."""
    hashed = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(COST))
    rates: list[float] = []

    def check() -> None:
        began, done = time.perf_counter(), 0
        while (passed := time.perf_counter() - began) < seconds:
            bcrypt.checkpw(PASSWORD.encode(), hashed)
            done += 1
        rates.append(done / passed)

    threads = [threading.Thread(target=check) for _ in range(os.cpu_count() or 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(rates)


def say(text: str) -> None:
    """Print progress on standard error."""
    print(f"  {text}", file=sys.stderr, flush=True)
