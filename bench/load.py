"""Load generators: at full speed (wrk, or Python threads if it is missing), at a steady rate, and a single client."""

import http.client
import json
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

CONNECTIONS = 16
Headers = dict[str, str]

SCRIPT = """
local paths = {%(paths)s}
local bodies = {%(bodies)s}
local n = 0
request = function()
  n = n + 1
  local i = (n - 1) %% #paths + 1
  if #bodies == 0 then return wrk.format("GET", paths[i]) end
  return wrk.format("%(method)s", paths[i], nil, (bodies[i]:gsub("#", "%(run)s" .. n)))
end
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format('\\nRESULT {"requests": %%d, "seconds": %%f, "p50": %%f, "p99": %%f, "failures": %%d}\\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    e.connect + e.read + e.write + e.status + e.timeout))
end
"""


def new_run() -> str:
    """Return a suffix that makes the names of one run unique."""
    return uuid4().hex[:8]


@dataclass(frozen=True)
class Plan:
    """The requests to repeat: paths, and bodies to send. ``#`` in a body is replaced by a new value each time."""

    paths: Sequence[str]
    bodies: Sequence[str] = ()
    method: str = "POST"
    """The method of requests with a body; those without use GET."""
    headers: Headers = field(default_factory=dict)
    """Headers in addition to those of all requests."""
    run: str = field(default_factory=new_run)

    def request(self, number: int) -> tuple[str, str, str | None]:
        """Return method, path and body of the request with this number."""
        place = number % len(self.paths)
        if not self.bodies:
            return "GET", self.paths[place], None
        return self.method, self.paths[place], self.bodies[place].replace("#", f"{self.run}{number}")


@dataclass(frozen=True)
class Load:
    """The result of a load; times in milliseconds."""

    requests: int
    seconds: float
    p50: float
    p99: float
    failures: int


def tool() -> str:
    """Return the name of the load generator."""
    return "wrk" if shutil.which("wrk") else "threads in Python (wrk is not installed: fewer requests/s, same CPU)"


def hammer(url: str, plan: Plan, headers: Headers, *, seconds: float, connections: int = CONNECTIONS) -> Load:
    """Run a load in which each connection sends the next request as soon as it has a response."""
    fresh = replace(plan, run=new_run())
    make = _wrk if shutil.which("wrk") else _threads
    return make(url, fresh, headers | plan.headers, seconds, connections)


def _wrk(url: str, plan: Plan, headers: Headers, seconds: float, connections: int) -> Load:
    script = SCRIPT % {
        # JSON strings are also Lua strings, as long as they are ASCII.
        "paths": ", ".join(map(json.dumps, plan.paths)),
        "bodies": ", ".join(map(json.dumps, plan.bodies)),
        "run": plan.run,
        "method": plan.method,
    }
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "load.lua"
        file.write_text(script)
        command = ["wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout", "30s"]
        command += [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
        done = subprocess.run([*command, "-s", str(file), url], capture_output=True, text=True, check=True)
    result = next(line for line in done.stdout.splitlines() if line.startswith("RESULT "))
    return Load(**json.loads(result.removeprefix("RESULT ")))


def _threads(url: str, plan: Plan, headers: Headers, seconds: float, connections: int) -> Load:
    times: list[list[float]] = [[] for _ in range(connections)]
    failures = [0] * connections
    deadline = time.perf_counter() + seconds

    def client(place: int) -> None:
        caller = Caller(url, headers)
        number = place
        while time.perf_counter() < deadline:
            began = time.perf_counter()
            good = caller.ask(*plan.request(number))
            if time.perf_counter() < deadline:
                times[place].append((time.perf_counter() - began) * 1000)
                failures[place] += not good
            number += connections
        caller.close()

    clients = [threading.Thread(target=client, args=(place,)) for place in range(connections)]
    for thread in clients:
        thread.start()
    for thread in clients:
        thread.join()
    together = [each for own in times for each in own]
    return Load(len(together), seconds, percentile(together, 50), percentile(together, 99), sum(failures))


class Caller:
    """A client with one persistent connection."""

    def __init__(self, url: str, headers: Headers) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
        self._headers = headers
        self.body = b""

    def ask(self, method: str, path: str, body: str | None = None) -> bool:
        """Send a request, and return whether it succeeded; the response is in ``body``."""
        try:
            self._connection.request(method, path, body, self._headers)
            response = self._connection.getresponse()
            self.body = response.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return False
        return response.status < 400

    def close(self) -> None:
        self._connection.close()


def paced(url: str, plan: Plan, headers: Headers, *, rate: float, seconds: float) -> list[float]:
    """
    Send ``rate`` requests per second from one client, and return the milliseconds from the time each was due to its
    response. Requests that are due while an earlier one waits count as waiting too, so that a stall is not hidden.

    :raises RuntimeError: a request fails
    """
    caller, times = Caller(url, headers), []
    began = time.perf_counter()
    for number in range(int(rate * seconds)):
        due = began + number / rate
        time.sleep(max(0.0, due - time.perf_counter()))
        if not caller.ask(*plan.request(number)):
            raise RuntimeError(f"{plan.request(number)[1]} failed beside logins: {caller.body!r}")
        times.append((time.perf_counter() - due) * 1000)
    caller.close()
    return times


def alone(url: str, path: str, headers: Headers, *, seconds: float, least: int = 5) -> list[float]:
    """Repeat a request with one client, at least ``least`` times, and return the milliseconds of each."""
    caller, times = Caller(url, headers), []
    deadline = time.perf_counter() + seconds
    while len(times) < least or time.perf_counter() < deadline:
        began = time.perf_counter()
        if not caller.ask("GET", path):
            raise RuntimeError(f"{path} failed: {caller.body!r}")
        times.append((time.perf_counter() - began) * 1000)
    caller.close()
    return times


def percentile(times: Sequence[float], percent: int) -> float:
    """Return the time that ``percent`` percent do not exceed; 0 for an empty list."""
    if len(times) < 2:
        return times[0] if times else 0.0
    return statistics.quantiles(times, n=100, method="inclusive")[percent - 1]
