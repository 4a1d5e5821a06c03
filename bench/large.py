"""Response times of lists and searches among a million users, with one HTTP client."""

import json
from dataclasses import dataclass

from bench.load import Caller, Headers, alone, percentile
from bench.measure import say
from bench.servers import Server
from bench.world import COMMON, RARE, RARE_HITS, World

USERS = 1_000_000
USERS_PATH = "/api/admin/users?pageSize=20"
SIZE = 20


@dataclass(frozen=True)
class Question:
    """A request, the number of hits it must have, and the target for its median in milliseconds."""

    title: str
    path: str
    count: int | None = None
    target: float | None = None


@dataclass(frozen=True)
class Answer:
    """The response times of a request over all rounds, in milliseconds."""

    question: Question
    times: list[float]

    @property
    def p50(self) -> float:
        return percentile(self.times, 50)

    @property
    def p99(self) -> float:
        return percentile(self.times, 99)


def questions(world: World) -> list[Question]:
    """Return the requests: one user, then the lists that grow with the table."""
    deep, everybody = world.users // SIZE // 2, world.users + 1  # plus the administrator, the newest user
    return [
        Question("one user", f"/api/users/{world.user_id(world.users // 3)}"),
        Question("page 1, exact count", f"{USERS_PATH}&page=1", everybody, 200),
        Question("page 1, `maxResults=1000`", f"{USERS_PATH}&page=1&maxResults=1000", 1000, 15),
        Question(f"page {deep:,}, exact count", f"{USERS_PATH}&page={deep}", everybody, 300),
        Question(f"search, {RARE_HITS} hits", f"{USERS_PATH}&search={RARE}", RARE_HITS, 50),
        Question(f"search, {world.users // 10:,} hits", f"{USERS_PATH}&search={COMMON}", world.users // 10, 500),
    ]


def ask_all(server: Server, world: World, headers: Headers, *, seconds: float, rounds: int) -> list[Answer]:
    """Measure all requests in turn, each for some seconds per round."""
    asked = questions(world)
    for question in asked:
        _check(server, question, headers)
    times: list[list[float]] = [[] for _ in asked]
    for _ in range(rounds):
        for question, found in zip(asked, times, strict=True):
            found += alone(server.url, question.path, headers, seconds=seconds)
    answers = [Answer(question, found) for question, found in zip(asked, times, strict=True)]
    for answer in answers:
        say(f"{answer.question.title}: p50 {answer.p50:.1f} ms")
    return answers


def _check(server: Server, question: Question, headers: Headers) -> None:
    caller = Caller(server.url, headers)
    if not caller.ask("GET", question.path):
        raise RuntimeError(f"{question.path} failed: {caller.body!r}")
    caller.close()
    found = json.loads(caller.body).get("count")
    if found != question.count:
        raise RuntimeError(f"{question.path} has {found} hits, not {question.count}")
