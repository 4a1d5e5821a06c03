"""Output of the command line: tables to read, JSON for programs."""

from collections.abc import Mapping, Sequence
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

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")


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
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns:
        table.add_column(name)
    for row in found:
        table.add_row(*[Text(plain(value)) for value in row.values()])
    _print(table)
    click.echo(f"{len(found)} of {total}", err=True)


def print_json(value: Any) -> None:
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z, default=str).decode())


def done(message: str, *, as_json: bool = False, **values: Any) -> None:
    """Report success: the message, or with ``as_json`` the values."""
    if as_json:
        print_json({"ok": True, **values})
    else:
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


def _print(table: Table) -> None:
    console = Console(highlight=False, width=ENDLESS)
    with console.capture() as serialized:
        console.print(table)
    click.echo("\n".join(line.rstrip() for line in serialized.get().rstrip("\n").split("\n")))
