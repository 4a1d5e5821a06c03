"""PUT: create a thing under an id that the caller chose, or bring it to the state that the caller wants."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.domain.errors import DomainError, NotFound
from app.services.preconditions import Expected, require_expected

T = TypeVar("T")
ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Put(Generic[T]):
    """A thing in the wanted state, and whether it was created."""

    value: T
    created: bool


def put(
    find: Callable[[], T | None], create: Callable[[], object], change: Callable[[T], object], expected: Expected | None
) -> Put[T]:
    """
    Create what does not exist, or change what does.

    Constraints decide who creates it if several want to at once. The others find it then, and go on with that.

    :param find: returns the thing as the caller may see it; None if there is none
    :param change: takes the thing, and changes what differs from the wanted state; does nothing if nothing does
    :param expected: whether the thing is as the caller expects it; gets None if there is none
    :raises PreconditionFailed: it is not
    """
    for attempt in range(1, ATTEMPTS + 1):
        found = find()
        try:
            if found is None:
                require_expected(expected, lambda: None)
                create()
            else:
                change(found)
        except DomainError:
            # Created or deleted by another request meanwhile: then try again with that.
            if attempt == ATTEMPTS or (find() is None) == (found is None):
                raise
            continue
        stored = find()
        if stored is not None:
            return Put(stored, created=found is None)
    raise NotFound
