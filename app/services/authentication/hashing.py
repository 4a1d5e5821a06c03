"""New passwords, hashed."""

from app.runtime import runtime
from app.security import password_hashing


def hash_password(password: str) -> str:
    """A hash of the password, at the configured cost, when its turn has come."""
    with runtime().gate.turn():
        return password_hashing.hash_password(password, cost=runtime().config.bcrypt_cost)
