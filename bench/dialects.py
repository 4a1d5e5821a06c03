"""Matomo's dialect beside the comparable calls of REST, on the same server, in turn."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from bench.endpoints import VARIETY, Endpoint
from bench.load import Caller, Headers, Plan
from bench.measure import Bench, Sample, say
from bench.servers import Server
from bench.world import COMMON, World

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ROWS = 100
MOST = 1.5
"""How many times the CPU of the REST call Matomo's may cost (the target of the project)."""
MOST_OF_SEARCH = 2.0
"""How many times the database's CPU of a list its search may cost."""


@dataclass(frozen=True)
class Pair:
    """One thing to ask of Matomo's API, and what to compare it with."""

    title: str
    matomo: Plan
    rest: Plan
    most: float = MOST
    in_database: bool = False
    """Compare what the database spends, where that can be seen, and not the server."""


@dataclass(frozen=True)
class Compared:
    """What both cost; the n-th samples were made side by side."""

    pair: Pair
    matomo: Sequence[Sample]
    rest: Sequence[Sample]

    @property
    def ratio(self) -> float:
        """Median of the rounds' own ratios of CPU."""
        together = zip(self.matomo, self.rest, strict=True)
        return statistics.median(self._cost(one) / self._cost(other) for one, other in together)

    def _cost(self, sample: Sample) -> float:
        return (sample.database_ms if self.pair.in_database else None) or sample.server_ms

    @property
    def failures(self) -> int:
        return sum(sample.load.failures for sample in [*self.matomo, *self.rest])


def call(method: str, **parameters: str) -> str:
    """The path of a call."""
    query = {"module": "API", "method": f"UsersManager.{method}", "format": "json", **parameters}
    return f"/index.php?{urlencode(query)}"


def pairs(world: World) -> list[Pair]:
    """The calls that scripts make most, beside what they would ask of REST."""
    people = [number * 7919 % world.users for number in range(VARIETY)]
    sites = [number % world.shared for number in range(VARIETY)]
    emails = [call("getUserByEmail", userEmail=world.email(number)) for number in world.emailed]
    accesses = [call("getUsersAccessFromSite", idSite=str(site + 1)) for site in sites]
    sizes = f"pageSize={ROWS}"
    # Each gives another right than the one before, so that something is written.
    roles = [("view", "write", "admin")[place % 3] for place in range(VARIETY)]
    given = list(zip(people, sites, roles, strict=True))
    forms = [
        urlencode(
            {
                "module": "API",
                "method": "UsersManager.setUserAccess",
                "format": "json",
                "userLogin": world.username(user),
                "access": role,
                "idSites": site + 1,
            }
        )
        for user, site, role in given
    ]
    puts = [f"/api/websites/{world.website_id(site)}/access/{world.user_id(user)}" for user, site, _ in given]
    bodies = [json.dumps({"role": role}) for _, _, role in given]
    rest_access = [f"/api/websites/{world.website_id(site)}/access?{sizes}" for site in sites]
    return [
        Pair(
            f"getUsers, {ROWS} rows",
            Plan([call("getUsers")]),
            Plan([f"/api/users?{sizes}&orderBy=username&sortDescending=false"]),
        ),
        Pair("getUserByEmail", Plan(emails), Plan([f"/api/users/{world.user_id(number)}" for number in world.emailed])),
        Pair(f"getUsersAccessFromSite, {world.grantees} rows", Plan(accesses), Plan(rest_access)),
        *[
            Pair(
                f"getUsersPlusRole, {ROWS} rows of a search for {search!r}: database, beside getUsers",
                Plan([call("getUsersPlusRole", idSite=str(site + 1), filter_search=search) for site in sites]),
                Plan([call("getUsers")]),
                most=MOST_OF_SEARCH,
                in_database=True,
            )
            for search in (COMMON, "a")
        ],
        Pair(
            "setUserAccess",
            Plan(["/index.php"] * VARIETY, forms, headers=FORM),
            Plan(puts, bodies, method="PUT"),
        ),
    ]


def compare(bench: Bench, server: Server, world: World) -> list[Compared]:
    """Every pair, in turn, as often as the bench says. :raises RuntimeError: a call is refused"""
    found = []
    for pair in pairs(world):
        plans = [Endpoint(pair.title, pair.title, plan) for plan in (pair.matomo, pair.rest)]
        for endpoint in plans:
            _check(server, endpoint.plan, bench.headers)
            bench.warm(server, endpoint)
        rounds = [[bench.sample(server, endpoint) for endpoint in plans] for _ in range(bench.rounds)]
        compared = Compared(pair, [one for one, _ in rounds], [other for _, other in rounds])
        say(f"{pair.title}: {compared.ratio:.2f} times the REST call")
        found.append(compared)
    return found


def _check(server: Server, plan: Plan, headers: Headers) -> None:
    caller = Caller(server.url, headers | plan.headers)
    good = caller.ask(*plan.request(0))
    caller.close()
    if not good or b'"result":"error"' in caller.body:
        raise RuntimeError(f"{plan.request(0)} is refused: {caller.body!r}")
