"""Preconditions: a change that takes effect only if the resource still is as its caller has read it."""

from collections.abc import Callable
from typing import Any

from app.domain.errors import PreconditionFailed

Expected = Callable[[Any], bool]
"""Takes a resource as its service returns it to the actor, or None if there is none, and returns whether the caller
expects it so."""


def require_expected(expected: Expected | None, read: Callable[[], Any]) -> None:
    """
    Compare a resource with what the caller expects of it, if anything.

    Call it in the transaction of the change, after the resource's row is locked and before anything is changed: then
    of several callers that expect the same, one succeeds.

    :param read: returns the resource as it is now
    :raises PreconditionFailed: the caller expects it otherwise
    """
    if expected is not None and not expected(read()):
        raise PreconditionFailed
