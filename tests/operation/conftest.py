"""Servers to be operated."""

from tests.faults.conftest import postgresql, usernames

__all__ = ["postgresql", "usernames"]
