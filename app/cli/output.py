"""Output of the command line: tables to read, JSON and CSV for programs."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import click
import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.domain.pagination import Page

ENDLESS = 1_000_000
"""The width of tables: values are never cut or wrapped, so ids can be copied and lines can be counted."""

FORMAT, QUIET = "frontdesk.format", "frontdesk.quiet"
TABLE, JSON, CSV = FORMATS = ("table", "json", "csv")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How text begins that a spreadsheet would run."""


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
    values = as_dict(source, columns)
    if as_json:
        print_json(values)
        return
    if _is(FORMAT, CSV):
        _print_csv(columns, [values])
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim")
    table.add_column()
    for name, value in values.items():
        table.add_row(name, Text(plain(value)))
    _print(table)


def show_page(page: Page[Any], columns: Sequence[str], *, as_json: bool) -> None:
    """Print a page of a list, and the total on standard error."""
    show_all(page.rows, columns, total=page.total, as_json=as_json)


def show_all(rows: Sequence[Any], columns: Sequence[str], *, total: int, as_json: bool) -> None:
    """Print rows of a list, and on standard error how many of ``total`` they are."""
    found = [as_dict(row, columns) for row in rows]
    if as_json:
        print_json({"data": found, "count": total})
        return
    if not _is(QUIET):
        click.echo(f"{len(found)} of {total}", err=True)
    if _is(FORMAT, CSV):
        _print_csv(columns, found)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns:
        table.add_column(name)
    for row in found:
        table.add_row(*[Text(plain(value)) for value in row.values()])
    _print(table)


def print_json(value: Any) -> None:
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z, default=str).decode())


def done(message: str, *, as_json: bool = False, **values: Any) -> None:
    """Report success: the message, or with ``as_json`` the values."""
    if as_json:
        print_json({"ok": True, **values})
    elif not _is(QUIET):
        click.echo(message)


def warn(message: str) -> None:
    """Print a warning on standard error."""
    click.echo(f"Warning: {message}", err=True)


def confirm(question: str) -> None:
    """Ask for confirmation on standard error. :raises click.Abort: the answer is not yes"""
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
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%SZ")
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in str(value)
    )


def _print_csv(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    """Print a header and rows as CSV (RFC 4180). Text that a spreadsheet would run as a formula gets an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_defused(plain(row[name])) for name in columns] for row in rows)
    click.echo(out.getvalue(), nl=False)


def _defused(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


def _print(table: Table) -> None:
    console = Console(highlight=False, width=ENDLESS)
    with console.capture() as serialized:
        console.print(table)
    click.echo("\n".join(line.rstrip() for line in serialized.get().rstrip("\n").split("\n")))
