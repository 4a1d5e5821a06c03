"""Hashing of passwords, in turn."""

from app.runtime import runtime
from app.security import password_hashing


def hash_password(password: str) -> str:
    """
    Return a hash of the password at the configured cost; waits while all slots for hashing are in use.

    :raises TooManyLogins: too many callers are waiting
    """
    with runtime().gate.turn():
        return password_hashing.hash_password(password, cost=runtime().config.bcrypt_cost)


def matches(password: str, password_hash: str) -> bool:
    """
    Whether the password matches the hash; waits while all slots for hashing are in use.

    :raises TooManyLogins: too many callers are waiting
    """
    with runtime().gate.turn():
        return password_hashing.matches(password, password_hash)
