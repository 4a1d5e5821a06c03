"""What ``plan`` finds and ``apply`` carries out."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from hashlib import sha256
from typing import Any, Literal, Protocol, TypeVar

from app.domain.actor import Actor
from app.domain.errors import Invalid
from app.services.authentication.api_keys import NewKey
from app.services.state.current import Current, StateUser
from app.services.state.documents import Document, Route, nearest

T = TypeVar("T")
Action = Literal["create", "update", "replace", "delete"]
Kind = Literal["user", "key", "team", "member", "website", "grant"]
Fields = dict[str, tuple[Any, Any]]
"""The old and the new value of each field."""


class Phase(IntEnum):
    """The order in which changes are carried out, so that everything that a change refers to exists."""

    FREE_ADDRESSES = 1
    CREATE_USERS = 2
    UPDATE_USERS = 3
    DEMOTE_USERS = 4
    KEYS = 5
    TEAMS = 6
    PROMOTE_MEMBERS = 7
    MEMBERS = 8
    WEBSITES = 9
    GRANTS = 10
    DELETE_KEYS = 11
    DELETE_GRANTS = 12
    DELETE_MEMBERS = 13
    DELETE_WEBSITES = 14
    DELETE_TEAMS = 15
    DELETE_USERS = 16


class Delivery(Protocol):
    """What ``apply`` needs from outside the database."""

    def secret(self, source: Mapping[str, str]) -> str:
        """Return the secret at ``{"env": …}`` or ``{"file": …}``. :raises SecretMissing: there is none"""

    def key(self, user: str, made: NewKey, file: str | None) -> None:
        """Store a new API key in a file, or print it. Called before the key becomes valid."""


Run = Callable[[Actor, "Plan", Delivery], None]


@dataclass
class Change:
    """One change, and how to make it."""

    action: Action
    kind: Kind
    name: str
    phase: Phase
    run: Run = field(repr=False, compare=False)
    fields: Fields = field(default_factory=dict)


@dataclass
class Plan:
    """All differences between a file and the database."""

    document: Document
    current: Current
    prune: bool = False
    set_passwords: bool = False
    changes: list[Change] = field(default_factory=list)
    kept: dict[Kind, int] = field(default_factory=dict)
    """How many things of each kind are not in the file, and would be deleted with ``prune``."""
    sources: dict[Route, Mapping[str, str]] = field(default_factory=dict)
    """Where the passwords come from that the changes need, by the place in the file."""
    passwords: dict[Route, str] = field(default_factory=dict, repr=False)
    """These passwords; ``apply`` reads them before the first change."""
    undeliverable: list[tuple[Route, str]] = field(default_factory=list)
    """New keys for which the file names no file."""
    gone: set[Hashable] = field(default_factory=set)
    """What of ``current`` will be deleted."""

    def add(self, action: Action, kind: Kind, name: str, phase: Phase, run: Run, fields: Fields | None = None) -> None:
        """Plan a change."""
        self.changes.append(Change(action, kind, name, phase, run, fields or {}))

    def drop(self, thing: Hashable, kind: Kind, name: str, phase: Phase, run: Run) -> bool:
        """Plan to delete what is not in the file, or with no ``prune`` only count it. Return whether it is deleted."""
        if self.prune:
            self.gone.add(thing)
            self.add("delete", kind, name, phase, run)
        else:
            self.kept[kind] = self.kept.get(kind, 0) + 1
        return self.prune

    def checked(self, route: Route, check: Callable[[], T]) -> T | None:
        """Return what a rule makes of a value; if it breaks the rule, note that."""
        try:
            return check()
        except Invalid as error:
            self.report(route, error.message)
            return None

    def user(self, route: Route, username: str) -> StateUser | None:
        """Return the account that the file names; None, after noting that, if there will be none of the name."""
        user = self.current.find_user(username)
        if user is None:
            enough = self.document.has_enough_problems  # finding the nearest of many names takes long
            names = [] if enough else [known.username for known in self.current.users.values()]
            self.report(route, f"There is no user {username}{nearest(username, names)}")
        elif self.is_gone(user):
            self.report(route, f"{user.username} would be deleted, because the file does not list this user.")
            return None
        return user

    def is_gone(self, thing: Hashable) -> bool:
        """Whether this user, team or website will be deleted."""
        return thing in self.gone

    def in_order(self) -> Iterator[Change]:
        """Return the changes in the order in which they are carried out."""
        return iter(sorted(self.changes, key=lambda change: change.phase))

    def count(self, *actions: Action) -> int:
        """Return how many changes are of these kinds."""
        return sum(change.action in actions for change in self.changes)

    @property
    def fingerprint(self) -> str:
        """What tells the changes of this plan from others."""
        changes = [(change.action, change.kind, change.name, change.fields) for change in self.in_order()]
        return sha256(repr(changes).encode()).hexdigest()

    def report_twice(self, route: Route, what: str, before: Route) -> None:
        """Note that the file lists something a second time."""
        self.report(route, f"{what} is listed before, in line {self.document.line(before)}.")

    def report(self, route: Route | None, message: str) -> None:
        """Note a problem with the file; see ``Document.report``."""
        self.document.report(route, message)
