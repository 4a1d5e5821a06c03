"""Pages of lists: one way to request them, whatever an API calls its parameters, and one form of result."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

MOST_NUMBER = 2**62
"""More than the number of any row."""
MAX_OFFSET = 2**63 - 1
"""The largest offset that databases accept. Pages beyond it would be empty anyway."""
T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, slots=True)
class Window:
    """
    Up to ``limit`` rows, starting after ``offset`` rows.

    ``cap`` is the number at which counting all rows stops; None for an exact count.
    """

    offset: int = 0
    limit: int = 20
    cap: int | None = None

    @classmethod
    def of_page(cls, page: int, size: int, cap: int | None = None) -> "Window":
        """The window of a page; the first page has number 1."""
        return cls(min((page - 1) * size, MAX_OFFSET), size, cap)

    @property
    def values(self) -> dict[str, int]:
        """The parameters of a paged statement. Rows beyond the cap are not returned."""
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

    @classmethod
    def of(cls, rows: Sequence[T], total: int, window: Window) -> "Page[T]":
        """The page for a window; ``total`` is limited to the window's cap."""
        if window.cap is not None and total > window.cap:
            return cls(rows, window.cap, capped=True)
        return cls(rows, total)

    def with_rows(self, rows: Sequence[U]) -> "Page[U]":
        """The same page with its rows in another form."""
        return Page(rows, self.total, self.capped)


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
