"""Finding things by the names that users type."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar
from uuid import UUID

from app.domain.errors import AmbiguousName, OnlyViews, Thing, UnknownName
from app.models import ANONYMOUS_ID


class Row(Protocol):
    """A row with an id."""

    @property
    def id(self) -> UUID: ...


T = TypeVar("T", bound=Row)
Found = TypeVar("Found")


def parsed_id(text: str) -> UUID | None:
    """Return the text as an id, or None if it is not one."""
    try:
        return UUID(text.strip())
    except ValueError:
        return None


def as_pasted(text: str, find: Callable[[str], Found | None]) -> Found | None:
    """
    Return what ``find`` finds for exactly this text, or else for the text without surrounding spaces: these often come
    along with pasted text.
    """
    found, trimmed = find(text), text.strip()
    return find(trimmed) if found is None and trimmed != text else found


def require_not_anonymous(user_id: UUID | None) -> None:
    """
    Make sure that the user can own and change things.

    :raises OnlyViews: this is the account for visitors who are not logged in
    """
    if user_id == ANONYMOUS_ID:
        raise OnlyViews


def the_only_one(found: Sequence[T], thing: Thing) -> T:
    """
    Return the single row that was found.

    :raises UnknownName: nothing was found
    :raises AmbiguousName: several rows were found
    """
    if not found:
        raise UnknownName(thing)
    if len(found) > 1:
        raise AmbiguousName(thing, tuple(sorted(row.id for row in found)))
    return found[0]
