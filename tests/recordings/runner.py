"""
Plays a scenario of requests and compares the responses with those recorded from a real Umami.

A scenario is a list of steps. ``save`` stores parts of a response under names that later steps use as ``{name}``.
``compare`` says how strictly a response is compared: ``body`` by value, ``shape`` by JSON type, ``status`` by status
only. Fields that the recording lacks are allowed.
"""

import json
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
ACCESS_CODE = re.compile(r"team_[A-Za-z0-9]{16}")

Send = Callable[..., tuple[int, Any]]
"""``send(method, path, query=…, headers=…, body=…)`` returns the status and the parsed body."""


@dataclass
class Playing:
    """A run of a scenario against a server."""

    name: str
    send: Send
    admin: tuple[str, str]
    names: dict[str, str] = field(default_factory=lambda: {"run": secrets.token_hex(4)})
    tokens: dict[str, str | None] = field(default_factory=lambda: {"anonymous": None, "garbage": "not-a-token"})

    def problems(self) -> Iterator[str]:
        """The differences from the recording, one line each."""
        recorded = {row["step"]: row for row in map(json.loads, (FOLDER / f"{self.name}.umami-3.1.0.jsonl").open())}
        self._login("admin", *self.admin)
        for step in json.loads((FOLDER / f"{self.name}.scenario.json").read_text())["steps"]:
            if "login" in step:
                self._login(step["login"], self._fill(step["username"]), step["password"])
                continue
            status, body = self._play(step)
            for problem in self._compare(step, recorded[step["id"]], status, self._plain(body)):
                yield f"{step['id']}: {problem}"

    def _login(self, who: str, username: str, password: str) -> None:
        credentials = json.dumps({"username": username, "password": password})
        status, answer = self.send("POST", "/api/auth/login", body=credentials)
        assert status == 200, f"{who} cannot log in: {answer}"
        self.tokens[who], self.names[f"{who}_id"] = answer["token"], answer["user"]["id"]

    def _play(self, step: dict[str, Any]) -> tuple[int, Any]:
        token = self.tokens[step["as"]]
        body = json.dumps(self._fill(step["json"])) if "json" in step else step.get("raw")
        status, answer = self.send(
            step["method"],
            self._fill(step["path"]),
            query=self._fill(step.get("query", {})),
            headers={"Authorization": f"Bearer {token}"} if token else {},
            body=body,
        )
        for name, place in step.get("save", {}).items():
            value = answer
            for part in place.split("."):
                value = value[int(part) if part.isdigit() else part]
            self.names[name] = value
        return status, answer

    def _fill(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._fill(item) for key, item in value.items()}
        if isinstance(value, str):
            return re.sub(r"\{(\w+)\}", lambda found: self.names[found[1]], value)
        return value

    def _plain(self, value: Any, key: str = "") -> Any:
        """The value in the form of the recording, with placeholders for what differs between runs."""
        if isinstance(value, dict):
            return {name: self._plain(item, name) for name, item in value.items()}
        if isinstance(value, list):
            return [self._plain(item) for item in value]
        if not isinstance(value, str):
            return value
        if key == "token":
            return "<token>"
        if TIME.fullmatch(value):
            return "<time>"
        known = {id_: name for name, id_ in self.names.items() if UUID.fullmatch(id_)}
        value = UUID.sub(lambda found: "{" + known.get(found[0], "uuid") + "}", value)
        return ACCESS_CODE.sub("<access-code>", value).replace(self.names["run"], "RUN")

    def _compare(self, step: dict[str, Any], recorded: dict[str, Any], status: int, body: Any) -> Iterator[str]:
        if status in step.get("accept", []):
            return
        if status != recorded["status"]:
            yield f"status {recorded['status']} expected, {status} found: {body}"
        elif step.get("compare", "body") != "status":
            yield from differences(recorded["body"], body, exact=step.get("compare", "body") == "body")


def differences(expected: Any, found: Any, *, exact: bool, place: str = "body") -> Iterator[str]:
    """The places where ``found`` differs from the recorded ``expected``."""
    if not exact and None in (expected, found):
        return
    if _kind(expected) is not _kind(found):
        yield f"{place}: {expected!r} expected, {found!r} found"
    elif isinstance(expected, dict):
        shared = [key for key in found if key in expected]
        if shared != list(expected):
            yield f"{place}: keys {list(expected)} expected in this order, {list(found)} found"
        for key in shared:
            yield from differences(expected[key], found[key], exact=exact, place=f"{place}.{key}")
    elif isinstance(expected, list):
        if exact and len(expected) != len(found):
            yield f"{place}: {len(expected)} items expected, {len(found)} found"
        for number, (left, right) in enumerate(zip(expected, found, strict=False)):
            yield from differences(left, right, exact=exact, place=f"{place}[{number}]")
    elif exact and expected != found:
        yield f"{place}: {expected!r} expected, {found!r} found"


def _kind(value: Any) -> type:
    return float if isinstance(value, int) and not isinstance(value, bool) else type(value)
