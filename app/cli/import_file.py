"""``frontdesk import FILE``"""

import csv
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple
from typing import Any, BinaryIO, TextIO

import click

from app.cli.failures import INVALID
from app.cli.guard import guarded
from app.cli.import_report import MOST_SHOWN, columns_of, show_report
from app.cli.output import counted, is_csv, is_quiet, json_option, warn
from app.cli.progress import progress_bars
from app.cli.rows import as_cell
from app.cli.services import file_importing
from app.domain.actor import OPERATOR
from app.domain.pagination import Page
from app.services.files.columns import NAMES
from app.services.files.importing import FileOptions, FileReport, LineRemark

REMARKS = columns_of(LineRemark)
ENCODINGS = ("utf-8", "utf-16", "latin-1", "windows-1252")


class ImportGroup(click.Group):
    """A group in which ``import users.csv`` is short for ``import file users.csv``."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command to run, with its arguments."""
        return super().resolve_command(ctx, args if args[0] in self.commands else ["file", *args])


@click.command("file")
@click.argument("source", metavar="FILE", type=click.File("rb"))
@click.option("--kind", type=click.Choice(list(NAMES)), help='What the rows are, if there is no column "kind".')
@click.option("--encoding", type=click.Choice(ENCODINGS), help="Default: as the file's byte-order mark says, or UTF-8.")
@click.option("--update", is_flag=True, help="Change what is here already to be as in the file.")
@click.option("--dry-run", is_flag=True, help="Write nothing, and show what would happen.")
@click.option("--all-or-nothing", is_flag=True, help="Write nothing if a row is refused.")
@click.option("--report", type=click.File("w", encoding="utf-8"), help="Write all remarks to this file, as CSV.")
@json_option
@guarded
def import_file(source: BinaryIO, report: TextIO | None, as_json: bool, **given: Any) -> None:
    """
    Create users, teams, websites and grants from a file.

    FILE holds JSON lines or CSV, such as "frontdesk export" prints; "-" is
    standard input. The command can be repeated at any time, also after it was
    interrupted: what is here already is not created a second time. It fails
    with code 6 if a row was refused; the other rows are kept.
    """
    kind = NAMES.get(given.pop("kind") or "")
    remarks = _Remarks(report)
    with _progress(source) as on_rows:
        found = file_importing.import_file(
            OPERATOR, source, FileOptions(kind, **given), on_remark=remarks.add, on_rows=on_rows
        )
    _show(found, remarks, as_json=as_json)
    if found.refused:
        click.get_current_context().exit(INVALID)


class _Remarks:
    """Keeps the first remarks, and writes all of them to the report."""

    def __init__(self, report: TextIO | None) -> None:
        self.first: list[LineRemark] = []
        self.total = 0
        self._writer = None if report is None else csv.writer(report)
        if self._writer is not None:
            self._writer.writerow(REMARKS)

    def add(self, remark: LineRemark) -> None:
        self.total += 1
        if len(self.first) < MOST_SHOWN:
            self.first.append(remark)
        if self._writer is not None:
            self._writer.writerow([as_cell(value) for value in astuple(remark)])


@contextmanager
def _progress(source: BinaryIO) -> Iterator[Callable[[], None]]:
    """Yield a function that shows how much of a file is read; a pipe has no known length."""
    found = _size(source)
    if not found:
        yield lambda: None
        return
    with progress_bars() as advance:
        yield lambda: advance("bytes", source.tell(), found)


def _size(source: BinaryIO) -> int:
    try:
        found = os.fstat(source.fileno())
    except OSError:
        return 0
    return found.st_size if stat.S_ISREG(found.st_mode) else 0


def _show(found: FileReport, remarks: _Remarks, *, as_json: bool) -> None:
    show_report(
        found.by_kind(),
        Page(remarks.first, remarks.total),
        REMARKS,
        as_json=as_json,
        written=found.written,
        refused=found.refused,
        remarks=remarks.total,
    )
    if as_json or is_csv():
        return
    if found.refused:
        warn(f"{counted(found.refused, 'row')} refused.")
    if not found.written and not is_quiet():
        click.echo("Nothing was written.", err=True)
