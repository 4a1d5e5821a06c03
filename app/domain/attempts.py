"""Wrong guesses: how many are allowed, and what counting them takes."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Limits:
    """How many wrong guesses are allowed in ``window`` seconds."""

    attempts: int
    """For one account from one address, so that strangers cannot lock an owner out."""
    attempts_per_address: int
    """From one address in all, so that no one tries every account."""
    window: int


@dataclass(frozen=True, slots=True)
class Guess:
    """What a guess counts for, as keyed hashes of 32 hex digits."""

    account: str
    place: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What has been counted for a guess like this one."""

    wait: int
    """Seconds until another one is allowed; 0 is now."""
    failed: bool
    """Whether there are wrong ones for the account from the same address."""


def whole_seconds(waits: Iterable[float]) -> int:
    """The longest wait, rounded up; 0 where there is none."""
    return max((max(1, math.ceil(wait)) for wait in waits), default=0)


class Failures(Protocol):
    """Where wrong guesses are counted."""

    def look(self, guess: Guess, limits: Limits) -> Standing:
        """What has been counted."""

    def add(self, guess: Guess, limits: Limits) -> int:
        """
        Count a wrong guess; where a limit has been reached already, count nothing, and return the seconds to wait.
        Of many at once, exactly as many are counted as are allowed.

        :raises DatabaseUnavailable: it could not be counted
        """

    def forgive(self, guess: Guess) -> None:
        """Forget the account's wrong guesses from this address; they still count for the address."""
