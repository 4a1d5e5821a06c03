"""One run of an import: its options, its report, and how it goes through many rows in batches."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from app.db.reads import fetch_all
from app.db.session import Unit, transaction
from app.db.sql.json_list import ids
from app.db.sql.query import Query
from app.domain.actor import Actor
from app.domain.errors import Conflict, DomainError
from app.queries import importing as queries
from app.queries.importing import Held
from app.services.acting import recheck
from app.services.importing.report import Kind, Outcome, Report

T = TypeVar("T")
AT_ONCE = 1000
"""How many rows a transaction writes."""
ATTEMPTS = 5
KEPT_CODE = "differs"


def ignore_progress(_kind: Kind, _done: int, _total: int | None) -> None:
    """Show no progress."""


@dataclass(frozen=True, slots=True)
class Options:
    """What an import does with rows that are here already, or that have no owner."""

    update: bool = False
    """Whether rows that are here, and differ, become as they are in the source."""
    same_names: bool = False
    """Whether an account here that has the username of another one in the source is the same user."""
    owner_id: UUID | None = None
    """The user who gets websites whose owner is not imported; by default, they are skipped."""


@dataclass(slots=True)
class Batch:
    """What a transaction did, and the updates to make after it, each in a transaction of its own."""

    report: Report = field(default_factory=Report)
    created: Sequence[Any] = ()
    """The rows that were created, as they are stored."""
    updates: list[tuple[Any, Kind, Callable[[], object]]] = field(default_factory=list)

    def note_created(self, kind: Kind, rows: Sequence[Any]) -> None:
        """Count rows that were created, and say what each of them lost."""
        self.created = rows
        self.report.count(kind, Outcome.CREATED, len(rows))
        for row in rows:
            for loss in row.losses:
                self.report.remark(kind, row, Outcome.ADJUSTED, *loss)


@dataclass(slots=True)
class Run:
    """The state of a run. ``rows`` of one kind after the other: users, teams, websites, shares, grants."""

    actor: Actor
    options: Options = Options()
    on_progress: Callable[[Kind, int, int | None], None] = ignore_progress
    """Called with the kind, the number of rows that are done, and that of all rows if it is known."""
    report: Report = field(default_factory=Report)
    accounts: dict[UUID, UUID] = field(default_factory=dict)
    """For users of the source who have another id here, the account here."""
    seen: set[UUID] = field(default_factory=set)
    """With ``same_names``, the ids of the users of the source that were read so far."""

    def account(self, user_id: UUID) -> UUID:
        """Return the id that a user of the source has here."""
        return self.accounts.get(user_id, user_id)

    @contextmanager
    def transaction(self, conflicts: Mapping[str, Conflict | type[Conflict]]) -> Iterator[Unit]:
        """A unit of work for one batch; see ``app.db.session.transaction``."""
        with transaction(conflicts) as session:
            recheck(self.actor)
            if session.get_bind().dialect.name == "postgresql":
                session.execute(queries.use_indexes)
            yield session

    def write(
        self, kind: Kind, rows: Iterable[T], write: Callable[["Run", Sequence[T]], Batch], total: int | None = None
    ) -> None:
        """Pass the rows to ``write``, a batch at a time, and make the updates that it asks for."""
        done = 0
        self.on_progress(kind, done, total)
        for rows_at_once in _batches(rows):
            batch = self._written(write, rows_at_once)
            self.report.add(batch.report)
            for row, of_kind, update in batch.updates:
                self._update(row, of_kind, update)
            done += len(rows_at_once)
            self.on_progress(kind, done, total)

    def _written(self, write: Callable[["Run", Sequence[T]], Batch], rows: Sequence[T]) -> Batch:
        """Write a batch, and try again if another transaction takes one of its names meanwhile."""
        for _ in range(ATTEMPTS - 1):
            try:
                return write(self, rows)
            except Conflict:
                continue
        return write(self, rows)

    def _update(self, row: Any, kind: Kind, update: Callable[[], object]) -> None:
        try:
            update()
        except DomainError as error:
            self.report.skip(kind, row, error)
        else:
            self.report.count(kind, Outcome.UPDATED)

    def compare(
        self, batch: Batch, kind: Kind, row: Any, differing: Sequence[str], update: Callable[[], object]
    ) -> None:
        """Decide what becomes of a row that is here: it is the same, or is updated, or differs and is kept."""
        if not differing:
            batch.report.count(kind, Outcome.UNCHANGED)
        elif self.options.update:
            batch.updates.append((row, kind, update))
        else:
            batch.report.remark(kind, row, Outcome.KEPT, KEPT_CODE, f"differs here: {', '.join(differing)}")


def differing(row: Any, here: Any, fields: Iterable[str]) -> list[str]:
    """Return the names of the fields that differ, with spaces."""
    return [name.replace("_", " ") for name in fields if getattr(row, name) != getattr(here, name)]


def _batches(rows: Iterable[T]) -> Iterator[list[T]]:
    """Yield the rows in lists of about ``AT_ONCE``; the members of teams count as well."""
    batch, size = list[T](), 0
    for row in rows:
        batch.append(row)
        size += 1 + len(getattr(row, "members", ()))
        if size >= AT_ONCE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def held(query: Query[Held], wanted: Collection[UUID]) -> set[UUID]:
    """Return those of the ids that exist and are not deleted, locked by one of the queries that hold rows."""
    return {row.id for row in fetch_all(query, ids=ids(wanted)) if row.deleted_at is None}
