"""The measured endpoints, and a check that Frontdesk and the peer return the same responses."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.load import Caller, Headers, Plan
from bench.servers import Server
from bench.world import PASSWORD, RARE, World

VARIETY = 500
COMPARED = 3
FRESH = frozenset({"id", "token", "username"})
"""Keys whose values differ for each login or new account."""


@dataclass(frozen=True)
class Endpoint:
    """
    One kind of request.

    :param most: target, how many times the CPU of the bare route it may cost
    :param hashes: it hashes a password, so it is measured longer
    """

    name: str
    title: str
    plan: Plan
    most: float | None = None
    hashes: bool = False


def endpoints(world: World) -> list[Endpoint]:
    """Return all endpoints; those that write come last, so that they affect the others least."""
    numbers = [number * 7919 % world.users for number in range(VARIETY)]
    people = [world.user_id(world.person(number)) for number in range(min(VARIETY, world.teams))]
    teams = [world.team_id(number) for number in range(min(VARIETY, world.teams))]
    names = [world.username(number) for number in numbers]
    logins = [json.dumps({"username": name, "password": PASSWORD}) for name in names]
    account = json.dumps({"username": "new#", "password": PASSWORD, "role": "user"})
    return [
        Endpoint("one-user", "one user", Plan([f"/api/users/{world.user_id(number)}" for number in numbers]), 6),
        Endpoint("page", "page of 20 users", Plan([f"/api/admin/users?page={page}" for page in range(1, 51)]), 9),
        Endpoint("search", "search with 5 hits", Plan([f"/api/admin/users?search={RARE}"])),
        Endpoint(
            "websites",
            "a user's websites with teams'",
            Plan([f"/api/users/{user_id}/websites?includeTeams=true" for user_id in people]),
        ),
        Endpoint("teams", "a user's 10 teams of 10", Plan([f"/api/users/{user_id}/teams" for user_id in people]), 12),
        Endpoint("team-users", "a team's 10 users", Plan([f"/api/teams/{team_id}/users" for team_id in teams])),
        Endpoint("login", "login", Plan(["/api/auth/login"] * VARIETY, logins), hashes=True),
        Endpoint("create", "new account", Plan(["/api/users"], [account]), hashes=True),
    ]


def check_equal(chosen: Sequence[Endpoint], ours: Server, peer: Server, headers: Headers) -> None:
    """Check that both servers return the same JSON. :raises RuntimeError: they do not"""
    for endpoint in chosen:
        for number in range(min(COMPARED, len(endpoint.plan.paths))):
            answers = [_answer(server, endpoint, number, headers) for server in (ours, peer)]
            if answers[0] != answers[1]:
                raise RuntimeError(f"{endpoint.name} differs:\nours {answers[0]}\npeer {answers[1]}")


def _answer(server: Server, endpoint: Endpoint, number: int, headers: Headers) -> Any:
    caller = Caller(server.url, headers)
    plan = Plan(endpoint.plan.paths, endpoint.plan.bodies)
    if not caller.ask(*plan.request(number)):
        raise RuntimeError(f"{server.name} failed at {plan.request(number)}: {caller.body!r}")
    caller.close()
    answer = json.loads(caller.body)
    return {key: key in FRESH or value for key, value in answer.items()} if plan.bodies else answer
