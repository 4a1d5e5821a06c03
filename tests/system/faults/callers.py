"""Clients of a running server: one with a persistent connection, and crowds that send requests without pause."""

import http.client
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any
from uuid import uuid4

from tests.live import LiveServer

TIMEOUT = 60
NEW_USER = {"password": "correct horse", "role": "user"}


@dataclass(frozen=True)
class Answer:
    """A response, and when it arrived."""

    status: int
    headers: http.client.HTTPMessage
    body: Any
    at: float = field(default_factory=time.monotonic)


class Caller:
    """A client, with or without a token, on one connection; a broken one is replaced at the next request."""

    def __init__(self, url: str, token: str | None = None, *, user_id: str = "", **headers: str) -> None:
        self.user_id = user_id
        self._connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=TIMEOUT)
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            self.headers["Authorization"] = f"Bearer {token}"

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """
        Send a request.

        :raises OSError, HTTPException: the connection failed
        """
        data = body if body is None or isinstance(body, str) else json.dumps(body)
        given = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            self._connection.request(method, path, data, {"Content-Type": "application/json"} | given)
            response = self._connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        is_json = response.headers.get_content_type() == "application/json"
        return Answer(response.status, response.headers, json.loads(text) if is_json else text.decode())

    def get(self, path: str, **headers: str) -> Answer:
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.send("POST", path, {} if body is None else body, **headers)

    def come_from(self, address: str) -> None:
        """Use this local address from the next connection on."""
        self._connection.source_address = (address, 0)

    def close(self) -> None:
        self._connection.close()


def login(server: LiveServer, username: str = "admin", password: str = LiveServer.PASSWORD) -> Caller:
    """Log in, and return the client."""
    answer = Caller(server.url).post("/api/auth/login", {"username": username, "password": password})
    assert answer.status == 200, answer.body
    return Caller(server.url, answer.body["token"], user_id=answer.body["user"]["id"])


def token_of(caller: Caller) -> str:
    return caller.headers["Authorization"].removeprefix("Bearer ")


def assert_announced(answer: Answer) -> None:
    """Check that a response is a 503 with ``Retry-After``, in Umami's envelope."""
    error = answer.body["error"]
    assert (answer.status, error["status"], error["code"]) == (503, 503, "server-error")
    assert error["message"].endswith("is not available") or error["message"].endswith("Please try again.")
    assert int(answer.headers["Retry-After"]) >= 1
    assert answer.headers["X-Request-Id"]


@dataclass
class Calls:
    """The responses of a crowd so far."""

    answers: list[Answer] = field(default_factory=list)
    broken: list[Exception] = field(default_factory=list)

    def since(self, moment: float) -> list[Answer]:
        return [answer for answer in self.answers if answer.at > moment]

    def calm(self, *, seconds: float) -> bool:
        """Return whether there were responses within the last seconds, all of them successful."""
        lately = self.since(time.monotonic() - seconds)
        return bool(lately) and all(answer.status == 200 for answer in lately)

    def assert_ok_or_announced(self) -> None:
        assert self.answers
        for answer in list(self.answers):
            if answer.status != 200:
                assert_announced(answer)


Job = Callable[[Caller], Answer]


@contextmanager
def crowd(server: LiveServer, token: str, *jobs: Job, pause: float = 0.0) -> Iterator[Calls]:
    """Repeat each job in a thread and on a connection of its own until the block ends."""
    calls, over = Calls(), Event()

    def run(job: Job) -> None:
        caller = Caller(server.url, token)
        while not over.is_set():
            try:
                calls.answers.append(job(caller))
            except (OSError, http.client.HTTPException) as error:
                calls.broken.append(error)
            over.wait(pause)
        caller.close()

    threads = [Thread(target=run, args=(job,), daemon=True) for job in jobs]
    for thread in threads:
        thread.start()
    try:
        yield calls
    finally:
        over.set()
        for thread in threads:
            thread.join(TIMEOUT)


def reads(path: str) -> Job:
    return lambda caller: caller.get(path)


def creates_users(acknowledged: list[str]) -> Job:
    """Return a job that creates accounts, and adds the acknowledged names to the list."""

    def create(caller: Caller) -> Answer:
        name = f"user-{uuid4().hex}"
        answer = caller.post("/api/users", NEW_USER | {"username": name})
        if answer.status == 200:
            acknowledged.append(name)
        return answer

    return create
