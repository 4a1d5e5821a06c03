"""Throttles for tests, and operations on them. They need an app context."""

from app.db.failed_attempts import DatabaseFailures
from app.domain.attempts import Limits
from app.domain.errors import Throttled
from app.security.throttle import Throttle
from tests.conftest import SECRET

ATTEMPTS, PER_ADDRESS, WINDOW = 3, 5, 60
HOME, ELSEWHERE = "192.0.2.7", "198.51.100.7"


def make(
    redis_url: str = "", window: int = WINDOW, *, name: str = "test", secret: str = SECRET, most_rows: int = 1000
) -> Throttle:
    """Return a throttle like that of another worker: it shares only the database and Redis with others."""
    limits = Limits(ATTEMPTS, PER_ADDRESS, window)
    return Throttle(name, limits, DatabaseFailures(most_rows), secret=secret, redis_url=redis_url)


def fail(throttle: Throttle, account: str, address: str, times: int = ATTEMPTS) -> None:
    for _ in range(times):
        throttle.count(account, address)


def refused(throttle: Throttle, account: str, address: str) -> bool:
    try:
        throttle.check(account, address)
    except Throttled:
        return True
    return False
