"""bcrypt, in Umami's column format: 60 characters, cost 10 unless configured. Callers hold the gate."""

import bcrypt

from app.domain.password_rules import MAX_BYTES


def hash_password(password: str, *, cost: int) -> str:
    """A hash of what bcrypt reads of it; that this is all of it, ``check_new_password`` sees to."""
    return bcrypt.hashpw(password.encode("utf-8", "replace")[:MAX_BYTES], bcrypt.gensalt(cost)).decode("ascii")


def matches(password: str, password_hash: str) -> bool:
    """Whether it is the password. Only the first 72 bytes count, as where old hashes were made."""
    try:
        return bcrypt.checkpw(password.encode("utf-8", "replace")[:MAX_BYTES], password_hash.encode())
    except ValueError:  # not a bcrypt hash: nobody can log in with it
        return False


def cost_of(password_hash: str) -> int:
    """The cost that a hash was made with; 0 for what is no bcrypt hash."""
    parts = password_hash.split("$")
    return int(parts[2]) if len(parts) == 4 and parts[2].isdigit() else 0


def decoy(cost: int) -> str:
    """A hash that no password has, as dear to check as a real one (W12)."""
    return f"$2b${cost:02d}${'.' * 53}"
