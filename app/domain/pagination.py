"""One way to ask for a part of a list, whatever a wire calls it, and what comes back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

MAX_OFFSET = 2**63 - 1
"""What databases can count; pages beyond are empty as well."""
T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, slots=True)
class Window:
    """Rows ``offset`` to ``offset + limit``. ``cap``: count no further than this, None for an exact count."""

    offset: int = 0
    limit: int = 20
    cap: int | None = None

    @classmethod
    def of_page(cls, page: int, size: int, cap: int | None = None) -> "Window":
        """The window of a page; the first page is 1."""
        return cls(min((page - 1) * size, MAX_OFFSET), size, cap)

    @property
    def values(self) -> dict[str, int]:
        """What a paged statement needs; beyond the cap there are no rows."""
        if self.cap is None:
            return {"offset": self.offset, "limit": self.limit}
        limit = max(0, min(self.limit, self.cap - self.offset))
        return {"offset": self.offset, "limit": limit, "probe": self.cap + 1}


@dataclass(frozen=True, slots=True)
class Sort:
    """What a list is sorted by, in our words, and which way."""

    key: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a list, and how many there are in all (or at least, where ``capped``)."""

    rows: Sequence[T]
    total: int
    capped: bool = False

    @classmethod
    def of(cls, rows: Sequence[T], total: int, window: Window) -> "Page[T]":
        """The rows of a window, of which no more are counted than it says."""
        if window.cap is not None and total > window.cap:
            return cls(rows, window.cap, capped=True)
        return cls(rows, total)

    def with_rows(self, rows: Sequence[U]) -> "Page[U]":
        """The same page, showing its rows in another way."""
        return Page(rows, self.total, self.capped)
