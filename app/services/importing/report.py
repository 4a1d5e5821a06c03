"""What an import did: how many rows of each kind, and every row that was not taken as it is, with the reason."""

import re
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from app.domain.errors import DomainError


class Named(Protocol):
    """A row of a source."""

    @property
    def id(self) -> UUID: ...
    @property
    def label(self) -> str: ...


class Kind(StrEnum):
    """A kind of rows."""

    USERS = "users"
    TEAMS = "teams"
    MEMBERSHIPS = "memberships"
    WEBSITES = "websites"
    SHARES = "shares"
    GRANTS = "grants"


class Outcome(StrEnum):
    """What became of a row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    """It is here, and is the same."""
    MATCHED = "matched"
    """Another account here has the name, and takes the user's place."""
    KEPT = "kept"
    """It is here and differs; nothing was changed, because the import does not update."""
    SKIPPED = "skipped"
    ADJUSTED = "adjusted"
    """It was created, but not exactly as it is in the source. Such a row is also counted as created."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Why a row was not taken as it is."""

    kind: Kind
    id: str
    name: str
    outcome: Outcome
    code: str
    reason: str


@dataclass(slots=True)
class Report:
    """Counts, and remarks on single rows."""

    counts: Counter[tuple[Kind, Outcome]] = field(default_factory=Counter)
    remarks: list[Remark] = field(default_factory=list)

    def count(self, kind: Kind, outcome: Outcome, number: int = 1) -> None:
        """Count rows that need no remark."""
        self.counts[kind, outcome] += number

    def remark(self, kind: Kind, row: Named, outcome: Outcome, code: str, reason: str) -> None:
        """Count a row, and say why this became of it."""
        self.note(Remark(kind, str(row.id), row.label, outcome, code, reason))

    def note(self, remark: Remark) -> None:
        """Count a row that has a remark."""
        self.count(remark.kind, remark.outcome)
        self.remarks.append(remark)

    def skip(self, kind: Kind, row: Named, error: DomainError) -> None:
        """Count a row that breaks a rule."""
        self.remark(kind, row, Outcome.SKIPPED, code_of(error), error.message)

    def add(self, other: "Report") -> None:
        """Add the counts and remarks of a part of the import."""
        self.counts.update(other.counts)
        self.remarks += other.remarks

    def of(self, kind: Kind) -> dict[str, int]:
        """Return the counts of a kind, by outcome."""
        return {outcome.value: self.counts[kind, outcome] for outcome in Outcome}

    def by_kind(self) -> dict[str, dict[str, int]]:
        """Return the counts of each kind that has rows, by outcome."""
        return {kind.value: counts for kind in Kind if any((counts := self.of(kind)).values())}

    def changed(self) -> int:
        """Return how many rows were created or updated."""
        return sum(number for (_, outcome), number in self.counts.items() if outcome in CHANGES)


CHANGES = (Outcome.CREATED, Outcome.UPDATED)


def code_of(error: DomainError) -> str:
    """Return a code for programs: ``UsernameTaken`` → ``username-taken``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", type(error).__name__).lower()
