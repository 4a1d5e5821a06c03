"""Declarative state, by HTTP: the server plans, checks and applies, and this side reads the secrets."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from app.cli.remote.answers import not_understood
from app.cli.remote.calls import body, call
from app.cli.remote.problems import error_for
from app.cli.remote.target import client
from app.domain.actor import Actor
from app.domain.errors import SecretMissing
from app.services.state.documents import read_document

PATH = "/api/admin/state"


@dataclass(frozen=True)
class Change:
    """A change, as the server plans or has made it."""

    action: str
    kind: str
    name: str
    fields: Mapping[str, tuple[Any, Any]]

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> "Change":
        changed = {name: (values["old"], values["new"]) for name, values in found["fields"].items()}
        return cls(found["action"], found["kind"], found["name"], changed)


@dataclass
class Plan:
    """All changes, in order, and what is needed to ask for them."""

    changes: list[Change]
    kept: Mapping[str, int]
    sources: list[Mapping[str, str]]
    fingerprint: str
    request: Mapping[str, Any] = field(repr=False)
    secrets: list[Mapping[str, str | None]] = field(default_factory=list, repr=False)

    def in_order(self) -> Iterator[Change]:
        return iter(self.changes)

    def count(self, *actions: str) -> int:
        counts = Counter(change.action for change in self.changes)
        return sum(counts[action] for action in actions)


def make_plan(_: Actor, content: bytes, name: str, *, prune: bool, set_passwords: bool) -> Plan:
    named = _secrets_in(content, name)
    request = body(content=content.decode("utf-8-sig"), name=name, prune=prune, set_passwords=set_passwords)
    found = call("POST", f"{PATH}/plan", body=request, repeatable=True)
    if not all(source in named for source in found["secrets"]):
        raise not_understood(client().target)  # a server must not choose which of our files and variables it gets
    changes = [Change.of(change) for change in found["changes"]]
    return Plan(changes, found["unlisted"], found["secrets"], found["fingerprint"], request)


def _secrets_in(content: bytes, name: str) -> list[Mapping[str, str]]:
    """Return the variables and files that a state file names. :raises InvalidState: see ``read_document``"""
    passwords = [entry.get("password") for _, entry in read_document(content, name).entries("users")]
    return [password for password in passwords if isinstance(password, Mapping)]


@contextmanager
def exclusively(_: Actor) -> Iterator[None]:
    """The server sees to it that no other apply runs at the same time."""
    yield


def prepare(_: Actor, plan: Plan, delivery: Any, *, prints_keys: bool) -> None:
    """Read the secrets, and have the server check them before anything is changed."""
    del prints_keys  # no keys are made
    plan.secrets = [{**source, "value": _read(delivery, source)} for source in plan.sources]
    call("POST", f"{PATH}/plan", body={**plan.request, "secrets": plan.secrets}, repeatable=True)


def _read(delivery: Any, source: Mapping[str, str]) -> str | None:
    try:
        secret: str = delivery.secret(source)
    except SecretMissing:
        return None  # the server says where in the file it is named
    return secret


def carry_out(_: Actor, plan: Plan, _delivery: Any) -> Iterator[Change]:
    """Yield the changes that the server has made, and raise the error that ended them."""
    if not plan.changes:
        return
    sent = {**plan.request, "secrets": plan.secrets, "fingerprint": plan.fingerprint}
    found = call("POST", f"{PATH}/apply", body=sent)
    yield from map(Change.of, found["changes"])
    if found["error"] is not None:
        raise error_for(client().target, 400, found["error"])


def export_state(_: Actor) -> Iterator[str]:
    yield call("GET", PATH)["content"]
