"""Exact filters of the lists of users, teams, members and websites."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from app.domain.folding import fold

FOLDED = frozenset({"username", "email"})


@dataclass(frozen=True, slots=True)
class Filters:
    """
    Only what has exactly these values; None for no filter. A list supports some of them.

    Usernames and e-mail addresses are compared without regard to case, since they are unique without regard to it.
    """

    username: str | None = None
    email: str | None = None
    external_id: str | None = None
    name: str | None = None
    domain: str | None = None
    created_after: datetime | None = None
    """Only what was created later than this."""

    @property
    def values(self) -> Mapping[str, Any]:
        """The parameters of a statement that has these filters: ``exact_`` and the name, for each that is set."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            f"exact_{name}": fold(value) if name in FOLDED else value
            for name, value in given.items()
            if value is not None
        }


NO_FILTERS = Filters()
