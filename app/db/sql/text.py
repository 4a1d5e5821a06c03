"""
Ids and times as text, for rows that are only serialized.

In a long list, converting them to Python objects and back to text would take most of the time.
"""

from typing import Any

from sqlalchemy import String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class id_text(FunctionElement[str]):  # noqa: N801 (a function of SQL)
    """``id_text(column)``: a UUID as text in the usual form with hyphens, in lower case."""

    inherit_cache = True
    type = String()


@compiles(id_text)
def _anywhere(element: id_text, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} AS VARCHAR)"


@compiles(id_text, "sqlite")
def _on_sqlite(element: id_text, compiler: SQLCompiler, **options: Any) -> str:
    """SQLite stores ids as 32 hex digits."""
    column = compiler.process(element.clauses, **options)
    parts = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    return " || '-' || ".join(f"substr({column}, {first}, {length})" for first, length in parts)


class time_text(FunctionElement[str]):  # noqa: N801 (a function of SQL)
    """``time_text(column)``: a time in UTC with milliseconds, ``2026-11-21T16:42:01.599Z``."""

    inherit_cache = True
    type = String()


@compiles(time_text)
def _time_anywhere(element: time_text, compiler: SQLCompiler, **options: Any) -> str:
    column = compiler.process(element.clauses, **options)
    return f"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"


@compiles(time_text, "sqlite")
def _time_on_sqlite(element: time_text, compiler: SQLCompiler, **options: Any) -> str:
    """SQLite stores times as text in UTC with microseconds."""
    return f"replace(substr({compiler.process(element.clauses, **options)}, 1, 23), ' ', 'T') || 'Z'"
