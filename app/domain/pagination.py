"""Pages of lists: one way to request them, whatever an API calls its parameters, and one form of result."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

MOST_NUMBER = 2**62
"""More than the number of any row."""
MAX_OFFSET = 2**63 - 1
"""The largest offset that databases accept. Pages beyond it would be empty anyway."""
T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, slots=True)
class Place:
    """The place after a row of a list, which stays the same whatever is inserted or deleted."""

    order: str
    """What tells the order of the list from others."""
    total: int
    """How many rows the list had when its first page was read. To count them again for each page would take longer than
    to read the page."""
    values: Sequence[Any]
    """The values that the row is sorted by."""

    @property
    def cursor(self) -> str:
        """The place as text that callers only pass on."""
        text = json.dumps(
            [self.order, self.total, *map(_plain, self.values)], ensure_ascii=False, separators=(",", ":")
        )
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def of(cls, cursor: str) -> "Place | None":
        """The place in a text of ``cursor``; None if it is none. Its values have not been checked."""
        try:
            found = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        except (ValueError, RecursionError):
            return None
        if not isinstance(found, list) or [type(value) for value in found[:2]] != [str, int]:
            return None
        order, total, *values = found
        return cls(order, total, values) if 0 <= total < MOST_NUMBER else None


def _plain(value: Any) -> Any:
    """Return a value as JSON can have it."""
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


@dataclass(frozen=True, slots=True)
class Window:
    """
    Up to ``limit`` rows, starting after ``offset`` rows, or at a place.

    ``cap`` is the number at which counting all rows stops; None for an exact count.
    """

    offset: int = 0
    limit: int = 20
    cap: int | None = None
    after: Place | None = None

    @classmethod
    def of_page(cls, page: int, size: int, cap: int | None = None) -> "Window":
        """The window of a page; the first page has number 1."""
        return cls(min((page - 1) * size, MAX_OFFSET), size, cap)

    @property
    def values(self) -> dict[str, int]:
        """
        The parameters of a paged statement. Rows beyond the cap are not returned. From a place, one row more is, which
        tells whether the list goes on.
        """
        if self.after is not None:
            return {"offset": 0, "limit": self.limit + 1}
        if self.cap is None:
            return {"offset": self.offset, "limit": self.limit}
        limit = max(0, min(self.limit, self.cap - self.offset))
        return {"offset": self.offset, "limit": limit, "probe": self.cap + 1}


@dataclass(frozen=True, slots=True)
class Sort:
    """The key that a list is sorted by, and the direction."""

    key: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a list, and how many there are in total; at least that many if ``capped``."""

    rows: Sequence[T]
    total: int
    capped: bool = False
    more: bool = False
    """Whether there are more rows, if the page began at a place."""
    next: Place | None = None
    """Where the next page begins; None if there is none, or the list has no cursors."""

    @classmethod
    def of(cls, rows: Sequence[T], total: int, window: Window) -> "Page[T]":
        """The page for a window; ``total`` is limited to the window's cap."""
        if window.after is not None:
            return cls(rows[: window.limit], total, more=len(rows) > window.limit)
        if window.cap is not None and total > window.cap:
            return cls(rows, window.cap, capped=True)
        return cls(rows, total)

    def continues(self, window: Window) -> bool:
        """Whether rows follow that a cursor can lead to. Lists that are cut at a cap have no cursors."""
        if window.after is not None:
            return self.more
        return window.cap is None and bool(self.rows) and window.offset + len(self.rows) < self.total

    def with_rows(self, rows: Sequence[U]) -> "Page[U]":
        """The same page with its rows in another form."""
        return Page(rows, self.total, self.capped, self.more, self.next)


def cursor_of(number: int) -> str:
    """Return the place below a row's number as text that callers only pass on."""
    return base64.urlsafe_b64encode(b"below %d" % number).decode()


def number_of(cursor: str) -> int | None:
    """Return the number in a text of ``cursor_of``; None if it is none."""
    try:
        number = int(base64.urlsafe_b64decode(cursor).decode("ascii").removeprefix("below "))
    except ValueError:
        return None
    return number if 0 < number < MOST_NUMBER else None
