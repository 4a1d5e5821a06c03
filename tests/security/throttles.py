"""Throttles to try, and what to do with them."""

from app.domain.errors import Throttled
from app.security.throttle import Throttle

ATTEMPTS, PER_ADDRESS, WINDOW = 3, 5, 60
HOME, ELSEWHERE = "192.0.2.7", "198.51.100.7"


def make(redis_url: str = "", window: int = WINDOW) -> Throttle:
    return Throttle.of(attempts=ATTEMPTS, attempts_per_address=PER_ADDRESS, window=window, redis_url=redis_url)


def fail(throttle: Throttle, account: str, address: str, times: int = ATTEMPTS) -> None:
    for _ in range(times):
        throttle.failed(account, address)


def refused(throttle: Throttle, account: str, address: str) -> bool:
    try:
        throttle.check(account, address)
    except Throttled:
        return True
    return False
