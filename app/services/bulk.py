"""
Many changes in one call: each as its own service makes it, all in one transaction.

A call that ends early, by a server error or at a limit, has changed nothing. The caller decides what a change that
fails does to the others.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from app.db.errors import translated
from app.db.session import Unit, retried, transaction
from app.domain.actor import Actor
from app.domain.errors import (
    AnswersTooLong,
    Conflict,
    DomainError,
    OperationFailed,
    PreconditionFailed,
    TookTooLong,
    TooManyPasswords,
    Unavailable,
)
from app.queries.importing import combine_indexes
from app.services import events
from app.services.acting import lock_users
from app.services.authentication import hashing
from app.services.users import profiles
from app.services.users.many import Wanted, make_users

PASSWORDS = 20
"""So many passwords are hashed in one call: each takes as long as many changes."""
SECONDS = 30.0
"""A call that takes longer is rolled back. On SQLite, other changes wait for it."""
ANSWER_BYTES = 16 * 2**20
FEW = 32
"""So few changes are made one by one."""
WHOLE = (Unavailable, TooManyPasswords, AnswersTooLong, TookTooLong)
"""Errors that end the whole call."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of many."""

    make: Callable[[], Any]
    """Calls a service."""
    present: Callable[[Any], bytes]
    """Returns the answer for what the service returned; it is called in the transaction."""
    refuse: Callable[[Exception], bytes]
    """Returns the answer for an error; likewise."""
    call: str
    """The name of the call, for the audit log."""
    repeatable: bool = False
    """Whether it brings something to a state, so that it can be tried again."""
    claims_names: bool = False
    """Whether it may give an account a username or an address."""
    user: Wanted | None = None
    """The same call, if it is one of those that ``make_users`` makes together."""


@dataclass(frozen=True, slots=True)
class Done:
    """The answers to all changes, in order, and how many of them failed."""

    answers: Sequence[bytes]
    failed: int


def make_all(
    actor: Actor, changes: Sequence[Change], *, atomic: bool, failures: tuple[type[Exception], ...] = (DomainError,)
) -> Done:
    """
    Make changes in order.

    Passwords are hashed outside the transaction: it is rolled back for that, and begins again.

    :param atomic: whether the first failure undoes all changes; otherwise it undoes only its own
    :param failures: the errors that mean that a change failed
    :raises OperationFailed: a change failed, and the call is atomic
    :raises TooManyPasswords, AnswersTooLong, TookTooLong, Unavailable: then nothing was changed
    """
    with hashing.put_off(PASSWORDS) as later:
        return _make_all(actor, changes, atomic, failures, later)


@retried
def _make_all(
    actor: Actor,
    changes: Sequence[Change],
    atomic: bool,
    failures: tuple[type[Exception], ...],
    later: hashing.PutOff,
) -> Done:
    with transaction() as session:
        while True:
            later.begin()
            done = _Run(session, actor, changes, atomic, failures).done(later)
            if not later.missing:
                return done
            session.rollback()
            session.expunge_all()
            later.work()


class _Run:
    """One attempt at all changes, in the open transaction."""

    def __init__(
        self,
        session: Unit,
        actor: Actor,
        changes: Sequence[Change],
        atomic: bool,
        failures: tuple[type[Exception], ...],
    ) -> None:
        self.session, self.actor, self.changes = session, actor, changes
        self.atomic, self.failures = atomic, failures
        self.until = 0.0
        self.answers: list[bytes] = []
        self.length = self.failed = 0

    def done(self, later: hashing.PutOff) -> Done:
        """Make the changes. Their events are recorded unless hashes are missing, as they are then undone."""
        self._lock()
        self.until = time.monotonic() + SECONDS
        with events.held_back(self.session) as self.held:
            for together in _runs(self.changes):
                self._make(together)
            if later.missing:
                self.held.clear()
        return Done(self.answers, self.failed)

    def _lock(self) -> None:
        """
        Lock what most changes lock, in the order in which all services do: names, then the actor.

        Otherwise two calls at once would often end in a deadlock.
        """
        if self.session.get_bind().dialect.name == "postgresql":
            self.session.execute(combine_indexes)
        if any(change.claims_names for change in self.changes):
            profiles.hold_all_names(self.session)
        lock_users(self.session, self.actor, ())

    def _make(self, changes: Sequence[Change]) -> None:
        """Make changes in order: together if possible, otherwise in two halves."""
        if len(changes) < FEW:
            for change in changes:
                self._make_one(change)
        elif not self._make_together(changes):
            middle = len(changes) // 2
            self._make(changes[:middle])
            self._make(changes[middle:])

    def _make_together(self, changes: Sequence[Change]) -> bool:
        """Make changes with a few statements, and return whether that was possible."""
        try:
            with self._undoable():
                made = make_users(self.actor, [change.user for change in changes if change.user is not None])
        except WHOLE:
            raise
        except DomainError:
            return False
        if made is None:
            return False
        for change, value in zip(changes, made, strict=True):
            self._add(change.present(value))
        self.session.expunge_all()
        return True

    def _make_one(self, change: Change) -> None:
        before = len(self.held)
        try:
            answer = self._answer(change)
        except WHOLE:
            raise
        except self.failures as error:
            if self.atomic:
                raise OperationFailed(len(self.answers), len(self.changes), change.call, error) from error
            del self.held[before:]
            self.failed += 1
            answer = change.refuse(error)
        self.session.expunge_all()  # as after a transaction of its own
        self._add(answer)

    def _answer(self, change: Change) -> bytes:
        """
        Make a change, and return its answer.

        A change that brings something to a state fails if another request creates or changes that meanwhile. Its
        service tries again if it is called alone; here, that is done once.
        """
        if change.repeatable:
            before = len(self.held)
            try:
                with self._undoable():
                    return change.present(change.make())
            except (Conflict, PreconditionFailed):
                del self.held[before:]
                self.session.expunge_all()
        with translated if self.atomic else self._undoable():
            return change.present(change.make())

    @contextmanager
    def _undoable(self) -> Iterator[None]:
        with translated, self.session.begin_nested():
            yield

    def _add(self, answer: bytes) -> None:
        self.answers.append(answer)
        self.length += len(answer)
        if self.length > ANSWER_BYTES:
            raise AnswersTooLong(ANSWER_BYTES)
        if time.monotonic() > self.until:
            raise TookTooLong(SECONDS)


def _runs(changes: Sequence[Change]) -> Iterator[Sequence[Change]]:
    """Yield the changes in order: those in a row that may be possible together, others one by one."""
    start = 0
    for place, change in enumerate(changes):
        if change.user is None:
            if start < place:
                yield changes[start:place]
            yield [change]
            start = place + 1
    if start < len(changes):
        yield changes[start:]
