"""Output of the command line: tables to read, JSON and CSV for programs."""

import csv
import io
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import click
import orjson

from app.cli.remote.target import client
from app.cli.tables import Table, in_colour, terminal_width, values
from app.domain.formulas import defused
from app.domain.pagination import Page

FORMAT, QUIET = "frontdesk.format", "frontdesk.quiet"
TABLE, JSON, CSV = FORMATS = ("table", "json", "csv")
ROW_INDENT = "\n    "


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--output``, ``--json`` and ``--quiet`` to a command, which gets ``as_json``."""
    for option in (
        click.option(
            "-q",
            "--quiet",
            is_flag=True,
            expose_value=False,
            callback=_set_quiet,
            help="Print only data, warnings and errors.",
        ),
        click.option("--json", "as_json", is_flag=True, callback=_is_json, help="The same as --output json."),
        click.option(
            "--output",
            type=click.Choice(FORMATS),
            default=TABLE,
            show_default=True,
            expose_value=False,
            is_eager=True,
            callback=_set_format,
            help="Format of the output.",
        ),
    ):
        command = option(command)
    return command


def _set_format(context: click.Context, _parameter: click.Parameter, value: str) -> None:
    context.meta[FORMAT] = value


def _set_quiet(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    context.meta[QUIET] = value


def _is_json(context: click.Context, _parameter: click.Parameter, value: bool) -> bool:
    return value or context.meta[FORMAT] == JSON


def is_csv() -> bool:
    """Return whether the current command prints CSV."""
    return _is(FORMAT, CSV)


def is_quiet() -> bool:
    """Return whether the current command prints only data, warnings and errors."""
    return _is(QUIET)


def _is(key: str, value: object = True) -> bool:
    context = click.get_current_context(silent=True)
    return context is not None and context.meta.get(key) == value


def as_dict(source: Any, columns: Sequence[str]) -> dict[str, Any]:
    """Return some attributes of a row or an entity, or some keys of a mapping."""
    if isinstance(source, Mapping):
        return {name: source[name] for name in columns}
    return {name: getattr(source, name) for name in columns}


def show(source: Any, columns: Sequence[str], *, as_json: bool) -> None:
    """Print one object, a line for each value."""
    found = as_dict(source, columns)
    if as_json:
        print_json(found)
    elif is_csv():
        click.echo(_as_csv([columns, _csv_row(found)]), nl=False)
    else:
        _print_lines(values({name: plain(value) for name, value in found.items()}, colour=in_colour()))


def show_list(
    pages: Iterable[Page[Any]],
    columns: Sequence[str],
    *,
    as_json: bool,
    to_row: Callable[[Any], Any] | None = None,
    to_data: Callable[[Any], Mapping[str, Any]] | None = None,
) -> None:
    """
    Print pages of a list, each before the next is read, and on standard error how many rows of how many these are.

    :param to_row: returns the object with the columns of a row; the row itself by default
    :param to_data: returns what JSON has of a row; the columns by default
    """

    def row_of(row: Any) -> dict[str, Any]:
        return as_dict(row if to_row is None else to_row(row), columns)

    if as_json:
        _print_json_list(pages, to_data or row_of)
        return
    shown = total = 0
    table = Table(columns, width=terminal_width(), colour=in_colour())
    for number, page in enumerate(pages):
        rows = [row_of(row) for row in page.rows]
        shown, total = shown + len(rows), page.total
        if is_csv():
            header = [columns] if number == 0 else []
            click.echo(_as_csv([*header, *map(_csv_row, rows)]), nl=False)
        else:
            _print_lines(table.lines([{name: plain(value) for name, value in row.items()} for row in rows]))
    if not _is(QUIET):
        sys.stdout.flush()
        click.echo(f"{shown} of {total}", err=True)


def show_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Print a short table to read."""
    table = Table(columns, width=terminal_width(), colour=in_colour())
    _print_lines(table.lines([{name: plain(row[name]) for name in columns} for row in rows]))


def _print_json_list(pages: Iterable[Page[Any]], to_data: Callable[[Any], Mapping[str, Any]]) -> None:
    """Print ``{"data": […], "count": …}`` as ``print_json`` does, but page by page."""
    before, end, total = '{\n  "data": [', "", 0
    for page in pages:
        rows = [ROW_INDENT + _as_json(to_data(row)).replace("\n", ROW_INDENT) for row in page.rows]
        total = page.total
        if rows:
            click.echo(before + ",".join(rows), nl=False)
            before, end = ",", "\n  "
    start = "" if end else before
    click.echo(f'{start}{end}],\n  "count": {total}\n}}')


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    click.echo(_as_json(value))


def _as_json(value: Any) -> str:
    option = orjson.OPT_INDENT_2 | orjson.OPT_PASSTHROUGH_DATETIME
    return orjson.dumps(value, option=option, default=_in_json).decode()


def _in_json(value: Any) -> str:
    """Return a value as the HTTP API writes it: times in UTC, with milliseconds."""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat('T', 'milliseconds')}Z"
    return str(value)


def done(message: str, *, as_json: bool = False, **values: Any) -> None:
    """Report success: the message, unless output should be quiet, or the values as JSON or CSV."""
    if not _is(QUIET) or as_json or is_csv():
        hand_over(message, as_json=as_json, **values)


def hand_over(text: str, *, as_json: bool = False, **values: Any) -> None:
    """Print what the command was run for, such as a new token: as text, or the values as JSON or CSV."""
    if as_json:
        print_json({"ok": True, **values})
    elif is_csv():
        click.echo(_as_csv([list(values), _csv_row(values)] if values else []), nl=False)
    else:
        click.echo(text)


def warn(message: str) -> None:
    """Print a warning on standard error."""
    click.echo(f"Warning: {message}", err=True)


def yes_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--yes`` to a command that asks before it destroys something."""
    return click.option("--yes", is_flag=True, help="Do not ask for confirmation.")(command)


def confirm(question: str, *, yes: bool) -> None:
    """
    Ask for confirmation on standard error, unless ``--yes`` was given.

    :raises click.Abort: the answer is not yes
    :raises click.UsageError: there is no terminal where anyone could answer
    """
    if yes:
        return
    server = client()
    if server is not None:
        question = f"On {server.target.url}: {question}"
    if not sys.stdin.isatty():
        raise click.UsageError("Cannot ask for confirmation without a terminal: use --yes.")
    click.confirm(question, abort=True, err=True)


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: ``1 session``, ``2 sessions``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def plain(value: Any) -> str:
    """Return a value as text. Characters that a terminal would interpret are escaped: users choose their names."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        return ", ".join(map(plain, value))
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%SZ")
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in str(value)
    )


def _as_csv(rows: Iterable[Sequence[str]]) -> str:
    """Return rows as CSV (RFC 4180)."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def _csv_row(values: Mapping[str, Any]) -> list[str]:
    """Return a row for CSV. Text that a spreadsheet would run as a formula gets an apostrophe."""
    return [defused(plain(value)) if isinstance(value, str) else plain(value) for value in values.values()]


def _print_lines(lines: Iterator[str]) -> None:
    click.echo("".join(f"{line}\n" for line in lines), nl=False)
