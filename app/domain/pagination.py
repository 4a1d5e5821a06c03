"""One way to ask for a part of a list, whatever a wire calls it, and what comes back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

MAX_OFFSET = 2**63 - 1
"""What databases can count; pages beyond are empty as well."""


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
class Page:
    """Some rows of a list, and how many there are in all (or at least, where ``capped``)."""

    rows: Sequence[Any]
    total: int
    capped: bool = False

    @classmethod
    def of(cls, rows: Sequence[Any], window: Window) -> "Page":
        """From what a paged statement answers: every row carries ``total``; without rows one is empty."""
        total = rows[0].total
        found = [row for row in rows if row.id is not None]
        if window.cap is not None and total > window.cap:
            return cls(found, window.cap, capped=True)
        return cls(found, total)
