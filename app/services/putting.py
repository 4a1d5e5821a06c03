"""PUT: create a thing under an id that the caller chose, or bring it to the state that the caller wants."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Generic, TypeVar

from app.db.session import is_nested
from app.domain.errors import DomainError, PreconditionFailed
from app.services.preconditions import Expected, require_expected

T = TypeVar("T")
ATTEMPTS = 5


class Stale(PreconditionFailed):
    """What the service has decided by was changed before it could lock the thing."""


@dataclass(frozen=True, slots=True)
class Put(Generic[T]):
    """A thing in the wanted state, as it was stored, and whether it was created."""

    value: T
    created: bool


def put(
    find: Callable[[], T | None], create: Callable[[], T], change: Callable[[T], T], expected: Expected | None
) -> Put[T]:
    """
    Create what does not exist, or change what does.

    Constraints decide who creates it if several want to at once. The others find it then, and go on with that.

    :param find: returns the thing as the caller may see it; None if there is none
    :param create: creates the thing in one transaction, and returns it as that stored it
    :param change: takes the thing, changes what differs from the wanted state in one transaction, and returns the thing
        as that stored it. Does nothing if nothing differs. Raises ``Stale`` to be called again
    :param expected: whether the thing is as the caller expects it; gets None if there is none
    :raises PreconditionFailed: it is not
    """
    for attempt in count(1):
        found = find()
        try:
            if found is not None:
                return Put(change(found), created=False)
            require_expected(expected, lambda: None)
            return Put(create(), created=True)
        except DomainError as error:
            if attempt == ATTEMPTS or is_nested():
                raise
            # Changed, created or deleted by another request meanwhile: then try again with that.
            if not isinstance(error, Stale) and (find() is None) == (found is None):
                raise
    raise AssertionError
