"""Throttling of guesses at passwords, links and codes."""

import hmac
import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from app.domain.attempts import Failures, Guess, Limits
from app.domain.errors import DatabaseUnavailable, DomainError, Throttled

if TYPE_CHECKING:
    from app.security.counters import Counters, RedisCounters

KEY_BYTES = 16


def network_of(address: str) -> str:
    """The network that counts as one address: a single IPv4 address, or a /64 of IPv6."""
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
    Rejects guesses of one kind after too many wrong ones.

    The database is authoritative, since all workers and hosts count there. Redis, if configured, holds a copy of the
    counts so that excess guesses can be rejected without a database query. While Redis is unreachable, every check
    reads the database.
    """

    def __init__(self, name: str, limits: Limits, failures: Failures, *, secret: str, redis_url: str = "") -> None:
        """
        :param name: what is guessed; throttles of the same name share their counts
        :param secret: the key for hashing accounts and addresses; servers that share counts must share it
        """
        self._limits, self._failures = limits, failures
        self._key = hmac.digest(secret.encode(), f"frontdesk.throttle.{name}".encode(), "sha256")
        self._redis_url = redis_url

    @cached_property
    def _copy(self) -> "RedisCounters | None":
        from app.security.counters import RedisCounters  # at the first guess, because most commands make none

        return RedisCounters(self._redis_url, self._limits) if self._redis_url else None

    @cached_property
    def _unwritten(self) -> "Counters":
        """Guesses that could not be counted in the database, so that a busy or read-only one lifts no limit."""
        from app.security.counters import Counters

        return Counters.in_memory(self._limits)

    def check(self, account: str, address: str) -> None:
        """:raises Throttled: too many wrong guesses from this address, for this account or in total"""
        guess = self._guess(account, address)
        _refuse(self._unwritten.look(guess).wait)
        copy = self._copy.look(guess) if self._copy else None
        _refuse((copy or self._failures.look(guess, self._limits)).wait)

    def count(self, account: str, address: str) -> None:
        """
        Count a wrong guess.

        :raises Throttled: concurrent guesses have reached the limit since ``check``; the caller must not learn whether
            the guess was right
        :raises DatabaseUnavailable: the database could not count the guess
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
        Forget the account's wrong guesses from this address after a right one. Writes nothing if there were none.

        :raises Throttled: concurrent guesses have reached the limit since ``check``
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
        Check the limits, run the lookup in the ``with`` block, and count a wrong guess if it raises ``wrong``.

        Do not use it inside a transaction, whose rollback would undo the count.

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
        """A keyed hash. Users type passwords into name fields, and unkeyed hashes of those could be guessed."""
        return hmac.digest(self._key, text.encode("utf-8", "surrogatepass"), "sha256")[:KEY_BYTES].hex()


def _refuse(wait: int) -> None:
    if wait:
        raise Throttled(wait)


@dataclass(frozen=True, slots=True)
class Throttles:
    """
    A throttle for each kind of guess.

    Session tokens, share tokens and access tokens need none: they have at least 128 random bits or a signature.
    """

    passwords: Throttle
    """Logins and confirmations by password, on every API."""
    resets: Throttle
    """Requests for a link to reset a password; every request counts."""
    links: Throttle
    """Links of invitations and password resets; only by address, since a guess at a link names no account."""
    access_codes: Throttle
    """Access codes of teams: wrong codes, and attempts to choose one, which reveal whether another team has it."""
    share_slugs: Throttle
    """Slugs of public links: wrong ones, and attempts to choose one; only by address."""

    @classmethod
    def of(cls, limits: Limits, failures: Failures, *, secret: str, redis_url: str = "") -> "Throttles":
        """All throttles, with the same limits."""
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
