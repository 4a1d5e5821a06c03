"""Passwords that attackers try first."""

from functools import cache
from pathlib import Path


def is_common(password: str) -> bool:
    """Return whether the password is one of the most common ones, in any case."""
    return password.casefold() in _common()


@cache
def _common() -> frozenset[str]:
    """Return the list that comes with the package: folded, a password a line. It is read when it is first needed."""
    return frozenset(Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").split())
