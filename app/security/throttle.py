"""Throttling of guesses (W11)."""

import hmac
import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from app.domain.attempts import Failures, Guess, Limits
from app.domain.errors import DatabaseUnavailable, DomainError, Throttled
from app.security.counters import Counters, RedisCounters

KEY_BYTES = 16


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


class Throttle:
    """
    Refuses guesses of one kind once there were too many wrong ones.

    The database decides: all workers and hosts count there. Redis, where there is one, keeps a copy, and refuses what
    is too much without asking the database. While Redis is away, the database is asked.
    """

    def __init__(self, name: str, limits: Limits, failures: Failures, *, secret: str, redis_url: str = "") -> None:
        """
        :param name: what is guessed at; throttles of one name share their counts
        :param secret: the key of the hashes that are counted by; servers that share counts share it
        """
        self._limits, self._failures = limits, failures
        self._key = hmac.digest(secret.encode(), f"frontdesk.throttle.{name}".encode(), "sha256")
        self._copy = RedisCounters(redis_url, limits) if redis_url else None
        self._unwritten = Counters.in_memory(limits)
        """What could not be counted in the database: a database that is busy or read-only is no way round the limit."""

    def check(self, account: str, address: str) -> None:
        """:raises Throttled: too many wrong guesses for this account from this address, or from the address alone"""
        guess = self._guess(account, address)
        _refuse(self._unwritten.look(guess).wait)
        copy = self._copy.look(guess) if self._copy else None
        _refuse((copy or self._failures.look(guess, self._limits)).wait)

    def count(self, account: str, address: str) -> None:
        """
        Count a wrong guess.

        :raises Throttled: others have reached the limit since ``check``; the caller must not learn what came of it
        :raises DatabaseUnavailable: it could not count it
        """
        guess = self._guess(account, address)
        try:
            wait = self._failures.add(guess, self._limits)
        except DatabaseUnavailable:
            self._unwritten.add(guess)
            raise
        finally:
            if self._copy:
                self._copy.add(guess)
        _refuse(wait)

    def forgive(self, account: str, address: str) -> None:
        """
        Note a right guess: the account's wrong ones from this address are forgiven. Where there were none, nothing is
        written.

        :raises Throttled: others have reached the limit since ``check``
        """
        guess = self._guess(account, address)
        standing = self._failures.look(guess, self._limits)
        _refuse(standing.wait)
        if standing.failed:
            self._failures.forgive(guess)
            if self._copy:
                self._copy.forgive(guess)

    @contextmanager
    def guessing(self, account: str, address: str, *, wrong: type[DomainError]) -> Iterator[None]:
        """
        Surround what looks a guess up, and raises ``wrong`` where it finds nothing: that counts. Never inside a
        transaction, which would undo the count.

        :raises Throttled: too many wrong guesses
        """
        self.check(account, address)
        try:
            yield
        except wrong:
            self.count(account, address)
            raise

    def _guess(self, account: str, address: str) -> Guess:
        return Guess(account=self._hashed(f"account {account}"), place=self._hashed(f"place {network_of(address)}"))

    def _hashed(self, text: str) -> str:
        """A keyed hash: users type passwords into name fields, and hashes of those could be guessed without a key."""
        return hmac.digest(self._key, text.encode("utf-8", "surrogatepass"), "sha256")[:KEY_BYTES].hex()


def _refuse(wait: int) -> None:
    if wait:
        raise Throttled(wait)


@dataclass(frozen=True, slots=True)
class Throttles:
    """
    One for each thing that can be guessed. Tokens of sessions and shares, access tokens and the like need none: they
    have 128 random bits or more.
    """

    passwords: Throttle
    """Logins, and confirmations by password, of every API."""
    resets: Throttle
    """Requests for a link to set a new password; every one counts."""
    links: Throttle
    """Links of invitations and password resets; by address alone, since whoever knows a good one does not guess."""
    access_codes: Throttle
    """Teams' access codes: wrong ones, and those that a manager chooses, which tells whether another team has it."""
    share_slugs: Throttle
    """Likewise, of public links; by address alone."""

    @classmethod
    def of(cls, limits: Limits, failures: Failures, *, secret: str, redis_url: str = "") -> "Throttles":
        """All of them, with the same limits."""
        by_address = replace(limits, attempts=limits.attempts_per_address)

        def made(name: str, limits: Limits) -> Throttle:
            return Throttle(name, limits, failures, secret=secret, redis_url=redis_url)

        return cls(
            passwords=made("password", limits),
            resets=made("reset", limits),
            links=made("link", by_address),
            access_codes=made("access-code", limits),
            share_slugs=made("share-slug", by_address),
        )
