"""Limits for wrong guesses, and the interface of whatever counts them."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Limits:
    """How many wrong guesses are allowed within ``window`` seconds."""

    attempts: int
    """Per account and address. Counting per address keeps strangers from locking the owner out."""
    attempts_per_address: int
    """Per address, over all accounts. Keeps a client from trying every account."""
    window: int


@dataclass(frozen=True, slots=True)
class Guess:
    """The account and the address that a guess counts against, as keyed hashes of 32 hex digits."""

    account: str
    place: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What has been counted for an account and an address."""

    wait: int
    """Seconds until another guess is allowed; 0 if it is allowed now."""
    failed: bool
    """Whether there are wrong guesses for the account from the same address."""


def whole_seconds(waits: Iterable[float]) -> int:
    """The longest wait, rounded up to whole seconds; 0 if there is none."""
    return max((max(1, math.ceil(wait)) for wait in waits), default=0)


class Failures(Protocol):
    """A store that counts wrong guesses."""

    def look(self, guess: Guess, limits: Limits) -> Standing:
        """Return what has been counted for this account and address."""

    def add(self, guess: Guess, limits: Limits) -> int:
        """
        Count a wrong guess and return 0. If a limit has been reached, count nothing and return the seconds to wait.

        Of concurrent guesses, exactly as many are counted as the limits allow.

        :raises DatabaseUnavailable: the guess could not be counted
        """

    def forgive(self, guess: Guess) -> None:
        """Forget the account's wrong guesses from this address; they still count for the address."""
