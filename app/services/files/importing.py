"""Importing the rows of a file, in batches."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple, dataclass, field
from typing import BinaryIO
from uuid import UUID

from app.db.session import transaction
from app.domain import policy
from app.domain.actor import Actor
from app.domain.errors import Conflict, DomainError
from app.services.acting import recheck
from app.services.files.batches import Line, LineOf, write_batch
from app.services.files.columns import KIND, kind_of, parsed
from app.services.files.reading import Found, read_rows
from app.services.importing import grants, teams
from app.services.importing.report import Kind, Outcome, code_of
from app.services.importing.run import AT_ONCE, Options, Run
from app.services.users import profiles
from app.services.websites import websites

CONFLICTS: Mapping[str, Conflict | type[Conflict]] = {
    **profiles.clashes("", ""),
    **teams.CONFLICTS,
    **websites.CONFLICTS,
    **grants.CONFLICTS,
}
TOGETHER = (Kind.TEAMS, Kind.MEMBERSHIPS)
"""Kinds that are written together, since a team needs an owner."""


@dataclass(frozen=True, slots=True)
class LineRemark:
    """Why a row was not taken as it is. ``kind`` is empty if the row does not say what it is."""

    line: int
    kind: str
    id: str
    name: str
    outcome: Outcome
    code: str
    reason: str


@dataclass(slots=True)
class FileOptions:
    """How to import a file."""

    kind: Kind | None = None
    """What the rows are, if there is no column ``kind``."""
    encoding: str | None = None
    update: bool = False
    """Whether rows that are here, and differ, become as they are in the file."""
    dry_run: bool = False
    """Whether to write nothing, and only report what would happen."""
    all_or_nothing: bool = False
    """Whether to write nothing if a row is refused."""


@dataclass(slots=True)
class FileReport:
    """What became of a file."""

    run: Run
    refused: int = 0
    """How many rows were not written because they break a rule or cannot be read."""
    written: bool = True
    """Whether anything stays: not after a dry run, nor if all or nothing was asked for and a row was refused."""

    def by_kind(self) -> dict[str, dict[str, int]]:
        """Return the counts of each kind that has rows, by outcome."""
        return self.run.report.by_kind()


class _Undone(Exception):
    """Ends the transaction of an import that is not to be kept."""


def import_file(
    actor: Actor,
    stream: BinaryIO,
    options: FileOptions,
    *,
    on_remark: Callable[[LineRemark], None],
    on_rows: Callable[[], None] = lambda: None,
) -> FileReport:
    """
    Write the rows of a file, in the order in which they are there; ``docs/export-import.md`` has the format.

    Unless it is all or nothing, each batch is a transaction. An import that was stopped can be run again from the
    start: rows that are here are not written a second time.

    :param on_remark: called for each row that was not taken as it is
    :param on_rows: called after each batch
    :raises Denied: the actor is not an administrator
    :raises ConfirmationNeeded: see ``policy.require_confirmed``; a file can have administrators
    :raises SourceUnusable: the file cannot be read; what was written so far stays
    """
    policy.require(policy.can_administer(actor))
    policy.require_confirmed(actor)
    job = _Import(FileReport(Run(actor, Options(update=options.update))), options, on_remark, on_rows)
    try:
        with _unit(actor, whole=options.dry_run or options.all_or_nothing):
            job.work(read_rows(stream, options.encoding))
            if options.dry_run or (options.all_or_nothing and job.report.refused):
                raise _Undone  # noqa: TRY301
    except _Undone:
        job.report.written = False
    return job.report


@contextmanager
def _unit(actor: Actor, *, whole: bool) -> Iterator[None]:
    """A transaction around the whole import, if it is to be one."""
    if not whole:
        yield
        return
    with transaction(CONFLICTS):
        recheck(actor)
        yield


@dataclass(slots=True)
class _Import:
    """Collects rows for a batch. All are of the same kind, and no two have the same id."""

    report: FileReport
    options: FileOptions
    on_remark: Callable[[LineRemark], None]
    on_rows: Callable[[], None]
    batch: list[Line] = field(default_factory=list)
    ids: set[UUID] = field(default_factory=set)
    remarks: list[LineRemark] = field(default_factory=list)
    """On rows that are in no batch."""

    def work(self, rows: Iterator[Found]) -> None:
        for row in rows:
            self._add(row)
        self._flush()

    def _add(self, row: Found) -> None:
        kind: Kind | None = None
        try:
            if row.error is not None:
                raise row.error
            kind = kind_of(row.values[KIND]) if row.values.get(KIND) else self.options.kind or kind_of(None)
            values = parsed(kind, row.values)
        except DomainError as error:
            self.report.refused += 1
            if kind is not None:
                self.report.run.report.count(kind, Outcome.SKIPPED)
            shown = str(row.values.get("username") or row.values.get("name") or "")
            shown_id = str(row.values.get("id") or "")
            self.remarks.append(
                LineRemark(row.line, kind or "", shown_id, shown, Outcome.SKIPPED, code_of(error), error.message)
            )
            if len(self.remarks) >= AT_ONCE:
                self._tell()
            return
        row_id = values.get("id")
        if self.batch and (self._is_full(kind) or row_id in self.ids or not _together(self.batch[-1][1], kind)):
            self._flush()
        if row_id is not None:
            self.ids.add(row_id)
        self.batch.append((row.line, kind, values))

    def _is_full(self, kind: Kind) -> bool:
        """Return whether to write the batch now: a team keeps the memberships after it, if they are few."""
        if kind == Kind.MEMBERSHIPS and any(one == Kind.TEAMS for _, one, _ in self.batch[-AT_ONCE:]):
            return len(self.batch) >= 2 * AT_ONCE
        return len(self.batch) >= AT_ONCE

    def _flush(self) -> None:
        run = self.report.run
        if self.batch:
            lines: LineOf = {}
            write_batch(run, self.batch, lines)
            for remark in run.report.remarks:
                self.report.refused += remark.outcome == Outcome.SKIPPED
                line = lines.get((remark.kind, remark.id), 0)
                self.remarks.append(LineRemark(line, *astuple(remark)))
            run.report.remarks.clear()
            self.batch, self.ids = [], set()
        self._tell()
        self.on_rows()

    def _tell(self) -> None:
        for remark in sorted(self.remarks, key=lambda remark: remark.line):
            self.on_remark(remark)
        self.remarks.clear()


def _together(one: Kind, other: Kind) -> bool:
    return one == other or (one in TOGETHER and other in TOGETHER)
