"""Texts of many rows joined with commas, so that a list can show related rows without another statement."""

from typing import Any

from sqlalchemy import String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class comma_joined(FunctionElement[str]):  # noqa: N801 (a function of SQL)
    """``comma_joined(column)``: the texts of a group in no particular order; null if there are none."""

    inherit_cache = True
    type = String()


@compiles(comma_joined)
def _anywhere(element: comma_joined, compiler: SQLCompiler, **options: Any) -> str:
    return f"string_agg({compiler.process(element.clauses, **options)}, ',')"


@compiles(comma_joined, "sqlite")
def _on_sqlite(element: comma_joined, compiler: SQLCompiler, **options: Any) -> str:
    return f"group_concat({compiler.process(element.clauses, **options)}, ',')"
