"""Compares calls of Matomo's API with similar calls of the REST API, in turn on the same server."""

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
"""Target: how many times the CPU of the REST call a call of Matomo's API may cost."""
MOST_OF_SEARCH = 2.0
"""Target: how many times the database CPU of a list a search in it may cost."""


@dataclass(frozen=True)
class Pair:
    """A call of Matomo's API, and the call to compare it with."""

    title: str
    matomo: Plan
    rest: Plan
    most: float = MOST
    in_database: bool = False
    """Compare CPU of the database instead of the server, if it is visible."""


@dataclass(frozen=True)
class Compared:
    """The measurements of both; the n-th samples were taken one after the other."""

    pair: Pair
    matomo: Sequence[Sample]
    rest: Sequence[Sample]

    @property
    def ratio(self) -> float:
        """The median over the rounds of the ratio of CPU."""
        together = zip(self.matomo, self.rest, strict=True)
        return statistics.median(self._cost(one) / self._cost(other) for one, other in together)

    def _cost(self, sample: Sample) -> float:
        return (sample.database_ms if self.pair.in_database else None) or sample.server_ms

    @property
    def failures(self) -> int:
        return sum(sample.load.failures for sample in [*self.matomo, *self.rest])


def call(method: str, **parameters: str) -> str:
    """Return the path of a call of UsersManager."""
    query = {"module": "API", "method": f"UsersManager.{method}", "format": "json", **parameters}
    return f"/index.php?{urlencode(query)}"


def pairs(world: World) -> list[Pair]:
    """Return the calls that scripts make most often, with the corresponding REST calls."""
    people = [number * 7919 % world.users for number in range(VARIETY)]
    sites = [number % world.shared for number in range(VARIETY)]
    emails = [call("getUserByEmail", userEmail=world.email(number)) for number in world.emailed]
    accesses = [call("getUsersAccessFromSite", idSite=str(site + 1)) for site in sites]
    sizes = f"pageSize={ROWS}"
    # Each call sets another access level than the one before, so that something is written.
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
    """Measure every pair for all rounds. :raises RuntimeError: a call fails"""
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
        raise RuntimeError(f"{plan.request(0)} failed: {caller.body!r}")
