"""Hashing of passwords, in turn."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from app.domain.errors import TooManyPasswords
from app.runtime import runtime
from app.security import password_hashing

PENDING = ""
"""Stands for a hash that is made later. No password matches it."""


def hash_password(password: str) -> str:
    """
    Return a hash of the password at the configured cost; waits while all slots for hashing are in use.

    :raises TooManyLogins: too many callers are waiting
    :raises TooManyPasswords: see ``put_off``
    """
    later = _put_off.get()
    return _hash(password) if later is None else later.hash(password)


def matches(password: str, password_hash: str) -> bool:
    """
    Whether the password matches the hash; waits while all slots for hashing are in use.

    :raises TooManyLogins: too many callers are waiting
    :raises TooManyPasswords: see ``put_off``
    """
    later = _put_off.get()
    return _matches(password, password_hash) if later is None else later.matches(password, password_hash)


def _hash(password: str) -> str:
    with runtime().gate.turn():
        return password_hashing.hash_password(password, cost=runtime().config.bcrypt_cost)


def _matches(password: str, password_hash: str) -> bool:
    with runtime().gate.turn():
        return password_hashing.matches(password, password_hash)


@dataclass(slots=True)
class PutOff:
    """
    Hashing that a transaction must not wait for.

    Run the transaction. If something is then ``missing``, roll it back, call ``work``, and run it again: it gets the
    hashes that were made meanwhile. So only what is really needed is hashed, after all other checks.
    """

    most: int
    """So many passwords can be hashed, and as many compared, in one run."""
    made: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Hashes by password. Accounts with the same password get different ones."""
    compared: dict[tuple[str, str], bool | None] = field(default_factory=dict)
    """Whether a password matches a hash; None if that is not known yet."""
    asked: Counter[str] = field(default_factory=Counter)
    """How many hashes of each password this run has asked for."""
    comparisons: int = 0
    """How many comparisons this run has asked for."""

    def hash(self, password: str) -> str:
        """Return a hash that has been made, or ``PENDING``. :raises TooManyPasswords: there were too many"""
        self._count(self.asked.total())
        self.asked[password] += 1
        made = self.made[password]
        return made[self.asked[password] - 1] if self.asked[password] <= len(made) else PENDING

    def matches(self, password: str, password_hash: str) -> bool:
        """Return what the comparison has shown, or False. :raises TooManyPasswords: there were too many"""
        self._count(self.comparisons)
        self.comparisons += 1
        return self.compared.setdefault((password, password_hash), None) is True

    def _count(self, before: int) -> None:
        if before >= self.most:
            raise TooManyPasswords(self.most)

    @property
    def missing(self) -> bool:
        """Whether this run got something that is not known yet."""
        return None in self.compared.values() or any(
            number > len(self.made[password]) for password, number in self.asked.items()
        )

    def work(self) -> None:
        """
        Compare and hash what is missing. A password that was just found to match needs no hash, until another run asks.

        :raises TooManyLogins: too many callers are waiting
        """
        new = [pair for pair, known in self.compared.items() if known is None]
        self.compared |= {pair: _matches(*pair) for pair in new}
        same = {pair[0] for pair in new if self.compared[pair]}
        for password, number in self.asked.items():
            if password not in same:
                self.made[password] += [_hash(password) for _ in range(number - len(self.made[password]))]

    def begin(self) -> None:
        """Count what a new run asks for."""
        self.asked.clear()
        self.comparisons = 0


_put_off: ContextVar[PutOff | None] = ContextVar("put_off", default=None)


@contextmanager
def put_off(most: int) -> Iterator[PutOff]:
    """Put off all hashing in the block; see ``PutOff``."""
    token = _put_off.set(later := PutOff(most))
    try:
        yield later
    finally:
        _put_off.reset(token)
