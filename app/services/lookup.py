"""Finding things by what people call them."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar
from uuid import UUID

from app.domain.errors import AmbiguousName, OnlyViews, Thing, UnknownName
from app.models import ANONYMOUS_ID


class Row(Protocol):
    """A row of something that has an id."""

    @property
    def id(self) -> UUID: ...


T = TypeVar("T", bound=Row)


def parsed_id(text: str) -> UUID | None:
    """The text as an id; None when it is none."""
    try:
        return UUID(text.strip())
    except ValueError:
        return None


def as_pasted(text: str, find: Callable[[str], T | None]) -> T | None:
    """What is called exactly that, or else that without the spaces which come with pasted text."""
    found, trimmed = find(text), text.strip()
    return find(trimmed) if found is None and trimmed != text else found


def require_somebody(user_id: UUID | None) -> None:
    """:raises OnlyViews: it is the account of those who are not logged in, which neither changes nor owns anything"""
    if user_id == ANONYMOUS_ID:
        raise OnlyViews


def the_only_one(found: Sequence[T], thing: Thing) -> T:
    """
    The one row that was found.

    :raises UnknownName: there is none
    :raises AmbiguousName: there are more
    """
    if not found:
        raise UnknownName(thing)
    if len(found) > 1:
        raise AmbiguousName(thing, tuple(sorted(row.id for row in found)))
    return found[0]
