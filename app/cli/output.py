"""How the command line says things: a table for people, JSON for programs, one line for refusals."""

import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import click
import orjson
from rich.console import Console
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError

from app.config import ConfigError
from app.errors import DomainError, Invalid
from app.paging import Page

P = ParamSpec("P")
R = TypeVar("R")

REFUSED, UNAVAILABLE = 1, 3
"""Exit codes: what was asked is refused; settings or database cannot be used. 2 is click's, for usage."""
WIDE = 400

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")


class Unusable(click.ClickException):
    """Settings or database cannot be used."""

    exit_code = UNAVAILABLE


def guarded(command: Callable[P, R]) -> Callable[P, R]:
    """The same command; refusals and failures of the database end it with one line and an exit code."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except Invalid as error:
            label = f"{error.field.replace('_', ' ')}: " if error.field else ""
            raise click.ClickException(f"{label}{error.message}") from error
        except DomainError as error:
            raise click.ClickException(error.message) from error
        except ConfigError as error:
            raise Unusable(str(error)) from error
        except SQLAlchemyError as error:
            reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
            hint = (
                " (is it migrated? frontdesk db upgrade)"
                if "no such table" in reason or "does not exist" in reason
                else ""
            )
            raise Unusable(f"The database cannot be used: {reason}{hint}") from error

    return run


def as_dict(source: Any, columns: Sequence[str]) -> dict[str, Any]:
    """Some attributes of a row or an entity, or keys of a mapping."""
    if isinstance(source, Mapping):
        return {name: source[name] for name in columns}
    return {name: getattr(source, name) for name in columns}


def show(source: Any, columns: Sequence[str], *, as_json: bool) -> None:
    """Print one thing."""
    values = as_dict(source, columns)
    if as_json:
        print_json(values)
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in values.items():
        table.add_row(f"[dim]{name}[/dim]", _text(value))
    _console().print(table)


def show_page(page: Page, columns: Sequence[str], *, as_json: bool) -> None:
    """Print a page of things, and how many there are in all."""
    show_all(page.rows, columns, total=page.total, as_json=as_json)


def show_all(rows: Sequence[Any], columns: Sequence[str], *, total: int, as_json: bool) -> None:
    """Print some things."""
    found = [as_dict(row, columns) for row in rows]
    if as_json:
        print_json({"data": found, "count": total})
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns:
        table.add_column(name, overflow="fold")
    for row in found:
        table.add_row(*[_text(value) for value in row.values()])
    _console().print(table)
    _console().print(f"[dim]{len(found)} of {total}[/dim]")


def print_json(value: Any) -> None:
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z, default=str).decode())


def done(message: str, *, as_json: bool = False, **values: Any) -> None:
    """Say that it is done."""
    if as_json:
        print_json({"ok": True, **values})
    else:
        click.echo(message)


def _console() -> Console:
    return Console(highlight=False, width=None if sys.stdout.isatty() else WIDE)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return str(value).replace("[", "\\[")
