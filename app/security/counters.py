"""Counters of wrong guesses based on the library ``limits``: in this process or in Redis."""

import time
from collections.abc import Callable
from typing import TypeVar

from limits import RateLimitItem, RateLimitItemPerSecond
from limits.storage import MemoryStorage, RedisStorage, Storage
from limits.strategies import MovingWindowRateLimiter

from app.domain.attempts import Guess, Limits, Standing, whole_seconds
from app.telemetry.log import log

REDIS_PAUSE = 5.0
"""Seconds without requests to Redis after a failure, so that not every login waits for the timeout."""
REDIS_SECONDS = 0.5
"""Timeout of connections and requests."""
T = TypeVar("T")


class Counters:
    """Counters with moving windows in any storage of ``limits``."""

    def __init__(self, storage: Storage, limits: Limits) -> None:
        self._limiter = MovingWindowRateLimiter(storage)
        self._per_account = RateLimitItemPerSecond(limits.attempts, limits.window, namespace="frontdesk")
        self._per_place = RateLimitItemPerSecond(limits.attempts_per_address, limits.window, namespace="frontdesk")

    @classmethod
    def in_memory(cls, limits: Limits) -> "Counters":
        """Counters in the memory of this process."""
        return cls(MemoryStorage(), limits)

    def look(self, guess: Guess) -> Standing:
        """Return what has been counted for this account and address."""
        waits, failed = [], False
        for item, names in self._items(guess):
            window = self._limiter.get_window_stats(item, *names)
            failed = failed or (item is self._per_account and window.remaining < item.amount)
            if window.remaining <= 0:
                waits.append(window.reset_time - time.time())
        return Standing(whole_seconds(waits), failed)

    def add(self, guess: Guess) -> None:
        """Count a wrong guess, unless a limit has been reached."""
        for item, names in self._items(guess):
            self._limiter.hit(item, *names)

    def forgive(self, guess: Guess) -> None:
        """Forget the account's wrong guesses from this address; they still count for the address."""
        self._limiter.clear(self._per_account, guess.account, guess.place)

    def _items(self, guess: Guess) -> list[tuple[RateLimitItem, tuple[str, ...]]]:
        return [(self._per_account, (guess.account, guess.place)), (self._per_place, (guess.place,))]


class RedisCounters:
    """Counters in Redis that do nothing while Redis is unreachable."""

    def __init__(self, url: str, limits: Limits) -> None:
        self._url, self._limits = url, limits
        self._counters: Counters | None = None
        self._again_at = 0.0

    def look(self, guess: Guess) -> Standing | None:
        """Return what has been counted for this account and address; None while Redis is unreachable."""
        return self._asked(lambda counters: counters.look(guess))

    def add(self, guess: Guess) -> None:
        """Count a wrong guess, if Redis is reachable."""
        self._asked(lambda counters: counters.add(guess))

    def forgive(self, guess: Guess) -> None:
        """Forget the account's wrong guesses from this address, if Redis is reachable."""
        self._asked(lambda counters: counters.forgive(guess))

    def _asked(self, question: Callable[[Counters], T]) -> T | None:
        if time.monotonic() < self._again_at:
            return None
        try:
            if self._counters is None:
                self._counters = Counters(self._storage(), self._limits)
            return question(self._counters)
        except Exception as error:  # the client's exceptions differ between its versions
            self._again_at = time.monotonic() + REDIS_PAUSE
            log.warning("redis unreachable; using the database instead", error=type(error).__name__)
            return None

    def _storage(self) -> Storage:
        return RedisStorage(
            self._url, wrap_exceptions=True, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS
        )
