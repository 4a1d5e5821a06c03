"""How long scripted provisioning takes: 1,000 operations in one call, and a plan of 10,000 unchanged resources."""

import json
import statistics
import time
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any
from uuid import uuid4

from bench.databases import fresh_database
from bench.fill import fill
from bench.importing import run
from bench.load import Caller
from bench.measure import say
from bench.report import met, number, table
from bench.servers import Kit, Server
from bench.world import World

OPERATIONS, BULK_SECONDS = 1000, 1.0
RESOURCES = {"users": 4000, "teams": 1000, "memberships": 2000, "websites": 2000, "grants": 1000}
PLAN_SECONDS = 5.0
HASH = "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"
Operations = list[dict[str, Any]]


def measure(folder: Path, *, rounds: int) -> str:
    """Return a table of durations in seconds on PostgreSQL and SQLite, with their targets; medians of the rounds."""
    found: dict[str, list[float]] = {}
    kinds = []
    for sqlite, part in product((False, True), (_bulk, _plan)):
        place = folder / f"{part.__name__}-{sqlite}"
        place.mkdir()
        with fresh_database(place, sqlite=sqlite) as database:
            kit = Kit(database, place)
            kit.setup()
            kinds.append(database.kind)
            for title, seconds in part(kit, rounds).items():
                found.setdefault(title, []).append(seconds)
    targets = {title: BULK_SECONDS for title in found if "with hashes" in title} | {PLAN: PLAN_SECONDS}
    rows = [
        [title, *map(number, seconds), *(_target(targets[title], seconds) if title in targets else ("", ""))]
        for title, seconds in found.items()
    ]
    return table(["s", *dict.fromkeys(kinds), "target", "met"], rows)


PLAN = f"plan of {sum(RESOURCES.values()):,} unchanged resources"


def _target(most: float, seconds: list[float]) -> tuple[str, str]:
    return f"≤ {most:g}", met(max(seconds), most)


def _bulk(kit: Kit, rounds: int) -> Mapping[str, float]:
    """Return the medians of calls with 1,000 operations, in a database with 10,000 users, by their title."""
    headers = {"Authorization": f"Bearer {fill(kit.database, World())}"}
    with kit.ours("/api/heartbeat").started() as server:
        times: dict[str, list[float]] = {}
        for _ in range(rounds):
            for title, operations, atomic in _calls():
                began = time.perf_counter()
                done = _asked(server, {"operations": operations, "atomic": atomic}, headers)
                times.setdefault(title, []).append(time.perf_counter() - began)
                if done["succeeded"] != OPERATIONS:
                    raise RuntimeError(f"{title}: {done['failed']} operations failed")
    return {title: _middle(kit, title, seconds) for title, seconds in times.items()}


def _calls() -> Iterator[tuple[str, Operations, bool]]:
    ids = [str(uuid4()) for _ in range(OPERATIONS)]
    made = [{"operation": "createUser", "data": _user()} for _ in ids]
    put = [{"operation": "putUser", "userId": one, "data": _user()} for one in ids]
    sites = [
        {"operation": "putWebsite", "websiteId": one, "data": {"name": "Site", "domain": "x.example"}} for one in ids
    ]
    yield "bulk: create 1,000 users with hashes", made, False
    yield "bulk: PUT of 1,000 new users with hashes, atomic", put, True
    yield "bulk: the same users again, unchanged", put, False
    yield "bulk: PUT of 1,000 new websites", sites, False
    yield "bulk: the same websites again, unchanged", sites, False


def _user() -> dict[str, str]:
    name = f"u{uuid4().hex}"
    return {"username": name, "role": "user", "email": f"{name}@example.org", "passwordHash": HASH}


def _plan(kit: Kit, rounds: int) -> Mapping[str, float]:
    """Return the median time of ``frontdesk plan`` with a file that it has nothing to do for."""
    run(kit, "demo", "--yes", *(f"--{kind}={many}" for kind, many in RESOURCES.items()))
    file, times = kit.folder / "state.yaml", []
    with file.open("wb") as output:
        run(kit, "export", "--format", "state", output=output)
    for _ in range(rounds):
        began = time.perf_counter()
        run(kit, "plan", str(file))  # fails if there is anything to do
        times.append(time.perf_counter() - began)
    return {PLAN: _middle(kit, PLAN, times)}


def _middle(kit: Kit, title: str, seconds: list[float]) -> float:
    say(f"{kit.database.kind}, {title}: {', '.join(number(one) for one in seconds)} s")
    return statistics.median(seconds)


def _asked(server: Server, body: Any, headers: Mapping[str, str]) -> Any:
    caller = Caller(server.url, {"Content-Type": "application/json", **headers})
    if not caller.ask("POST", "/api/bulk", json.dumps(body)):
        raise RuntimeError(f"the call failed: {caller.body[:1000]!r}")
    caller.close()
    return json.loads(caller.body)
