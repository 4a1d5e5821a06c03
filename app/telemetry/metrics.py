"""Prometheus metrics, summed over all workers of a server."""

import os
import re
from pathlib import Path
from typing import Any

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
LIVE_FILE = re.compile(r"gauge_live\w+_(\d+)\.db")


class Metrics:
    """
    The metrics of one process.

    :param folder: where the workers of a server keep their values in files, so that any of them can add them up
    """

    def __init__(self, folder: str = "") -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, values

        if folder:
            # The client library chooses its storage at import, which for a worker happened in the supervisor.
            os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
            values.ValueClass = values.get_value_class()  # type: ignore[no-untyped-call]

        self._folder = Path(folder) if folder else None
        self._registry = registry = CollectorRegistry()
        self.requests = Counter(
            "frontdesk_requests",
            "Requests that have been responded to.",
            ["method", "route", "status"],
            registry=registry,
        )
        self.seconds = Histogram(
            "frontdesk_request_seconds",
            "Seconds from accepting a request to its response.",
            ["method", "route"],
            buckets=SECONDS,
            registry=registry,
        )
        self.refused = Counter(
            "frontdesk_requests_refused", "Requests rejected because the server was full.", registry=registry
        )
        self.logins = Counter("frontdesk_logins", "Logins by outcome.", ["outcome"], registry=registry)
        self.mails = Counter("frontdesk_mails", "Attempts to send a mail, by outcome.", ["outcome"], registry=registry)
        self.outbox = Gauge(
            "frontdesk_outbox_mails",
            "Mails in the outbox, waiting or given up.",
            ["state"],
            multiprocess_mode="mostrecent",
            registry=registry,
        )
        self.hashes_waiting = Gauge(
            "frontdesk_hashes_waiting",
            "Passwords waiting to be hashed.",
            multiprocess_mode="livesum",
            registry=registry,
        )
        self.connections = Gauge(
            "frontdesk_database_connections",
            "Database connections in use.",
            ["engine"],
            multiprocess_mode="livesum",
            registry=registry,
        )

        self._known: dict[tuple[str, str, int], tuple[Any, Any]] = {}

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a response; ``route`` is the route's template, never the path."""
        count, time = self._known.get((method, route, status)) or self._know(method, route, status)
        count.inc()
        time.observe(seconds)

    def _know(self, method: str, route: str, status: int) -> tuple[Any, Any]:
        """Return the two metrics for these labels, cached: looking them up costs more than counting."""
        found = self.requests.labels(method, route, status), self.seconds.labels(method, route)
        self._known[method, route, status] = found
        return found

    def page(self) -> tuple[bytes, str]:
        """Return all metrics in the Prometheus text format, and its content type."""
        from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
        from prometheus_client.multiprocess import MultiProcessCollector

        registry: Any = self._registry
        if self._folder is not None:
            self._folder.mkdir(mode=0o700, exist_ok=True)  # a clean-up of temporary files may have removed it
            self._bury_the_dead()
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry), CONTENT_TYPE_LATEST

    def _bury_the_dead(self) -> None:
        """Remove the gauges of processes that have ended; their counters stay."""
        from prometheus_client.multiprocess import mark_process_dead

        for file in self._folder.iterdir() if self._folder else ():
            found = LIVE_FILE.fullmatch(file.name)
            if found and not Path(f"/proc/{found[1]}").exists():
                mark_process_dead(int(found[1]))  # type: ignore[no-untyped-call]
