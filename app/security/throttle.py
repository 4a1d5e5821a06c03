"""Throttling of password guesses (W11), shared through Redis where there is one."""

import ipaddress
import time
from dataclasses import dataclass, field

import structlog
from limits import RateLimitItem, RateLimitItemPerSecond
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage, Storage
from limits.strategies import MovingWindowRateLimiter

from app.domain.errors import Throttled

log = structlog.get_logger()
REDIS_PAUSE = 5.0
"""Seconds that Redis is left alone after it failed, so that each login does not wait for it anew."""


def network_of(address: str) -> str:
    """What counts as one address: an IPv4 address, or a whole /64 of IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network(f"{parsed}/64", strict=False))
    return str(parsed)


@dataclass
class Throttle:
    """
    Counts failures by account and address together, so that strangers cannot lock an owner out,
    and by address alone, so that nobody tries every account.

    Every count is kept in memory, and in Redis too where configured: when Redis goes away,
    logins go on and what was counted here still counts.
    """

    per_account: RateLimitItem
    per_address: RateLimitItem
    redis_url: str = ""
    _memory: MovingWindowRateLimiter = field(init=False)
    _redis: MovingWindowRateLimiter | None = field(init=False, default=None)
    _redis_again_at: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        self._memory = MovingWindowRateLimiter(MemoryStorage())

    @classmethod
    def of(
        cls, *, attempts: int, attempts_per_address: int, window: int, redis_url: str = "", name: str = "login"
    ) -> "Throttle":
        """
        ``attempts`` failures per account and address, ``attempts_per_address`` in all, in ``window`` seconds.

        :param name: what is counted; throttles of one name share their counts in Redis
        """
        by_address = "address" if name == "login" else f"{name}-address"
        return cls(
            RateLimitItemPerSecond(attempts, window, namespace=f"frontdesk-{name}"),
            RateLimitItemPerSecond(attempts_per_address, window, namespace=f"frontdesk-{by_address}"),
            redis_url,
        )

    def check(self, account: str, address: str) -> None:
        """:raises Throttled: this account, from this address, or this address alone, has failed too often"""
        place = network_of(address)
        for limiter in self._limiters():
            try:
                for item, names in ((self.per_account, (account, place)), (self.per_address, (place,))):
                    if not limiter.test(item, *names):
                        raise Throttled(self._wait(limiter, item, *names))
            except StorageError as error:
                self._lost(error)

    def failed(self, account: str, address: str) -> None:
        """Count a wrong guess."""
        place = network_of(address)
        for limiter in self._limiters():
            try:
                limiter.hit(self.per_account, account, place)
                limiter.hit(self.per_address, place)
            except StorageError as error:
                self._lost(error)

    def succeeded(self, account: str, address: str) -> None:
        """A right password: earlier typing errors are forgiven."""
        for limiter in self._limiters():
            try:
                limiter.clear(self.per_account, account, network_of(address))
            except StorageError as error:
                self._lost(error)

    def forget(self) -> None:
        """Forgive everybody what was counted in this process."""
        self._memory.storage.reset()

    def _limiters(self) -> list[MovingWindowRateLimiter]:
        shared = self._shared()
        return [self._memory] if shared is None else [self._memory, shared]

    def _shared(self) -> MovingWindowRateLimiter | None:
        if not self.redis_url or time.monotonic() < self._redis_again_at:
            return None
        if self._redis is None:
            try:
                self._redis = MovingWindowRateLimiter(self._connect())
            except Exception as error:  # the client's own exceptions differ between versions
                self._lost(error)
        return self._redis

    def _connect(self) -> Storage:
        return RedisStorage(self.redis_url, wrap_exceptions=True, socket_timeout=0.5, socket_connect_timeout=0.5)

    def _lost(self, error: Exception) -> None:
        self._redis_again_at = time.monotonic() + REDIS_PAUSE
        log.warning("redis unreachable; throttling counts in memory", error=type(error).__name__)

    @staticmethod
    def _wait(limiter: MovingWindowRateLimiter, item: RateLimitItem, *identifiers: str) -> int:
        return max(1, round(limiter.get_window_stats(item, *identifiers).reset_time - time.time()))
