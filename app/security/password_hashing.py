"""Password hashing with bcrypt, in Umami's format of 60 characters. Callers must hold a turn of the ``Gate``."""

import bcrypt

from app.domain.password_rules import MAX_BYTES


def hash_password(password: str, *, cost: int) -> str:
    """Return a new hash of the password's first 72 bytes; ``password_rules`` rejects longer passwords."""
    return bcrypt.hashpw(password.encode("utf-8", "replace")[:MAX_BYTES], bcrypt.gensalt(cost)).decode("ascii")


def matches(password: str, password_hash: str) -> bool:
    """Whether the password matches the hash. Only its first 72 bytes count, as they did when old hashes were made."""
    try:
        return bcrypt.checkpw(password.encode("utf-8", "replace")[:MAX_BYTES], password_hash.encode())
    except ValueError:  # not a bcrypt hash, so no password matches
        return False


def cost_of(password_hash: str) -> int:
    """The cost of a hash; 0 if it is not a bcrypt hash."""
    parts = password_hash.split("$")
    return int(parts[2]) if len(parts) == 4 and parts[2].isdigit() else 0


def decoy(cost: int) -> str:
    """
    A hash that matches no password and takes as long to check as a real one.

    It is checked for unknown usernames, so that response times do not tell which usernames exist.
    """
    return f"$2b${cost:02d}${'.' * 53}"
