"""Names in the order in which people look them up: without regard to case and accents."""

from typing import Any

from sqlalchemy import String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from app.models.folding import BASE_LETTERS


class alphabetical(FunctionElement[str]):  # noqa: N801 (a function of SQL)
    """``alphabetical(column)``: what to sort by; equal ones need another column after it."""

    inherit_cache = True
    type = String()


@compiles(alphabetical)
def _anywhere(element: alphabetical, compiler: SQLCompiler, **options: Any) -> str:
    return f"lower({compiler.process(element.clauses, **options)})"


@compiles(alphabetical, "postgresql")
def _on_postgresql(element: alphabetical, compiler: SQLCompiler, **options: Any) -> str:
    return f'({compiler.process(element.clauses, **options)} COLLATE "und-x-icu")'


@compiles(alphabetical, "sqlite")
def _on_sqlite(element: alphabetical, compiler: SQLCompiler, **options: Any) -> str:
    return f"{BASE_LETTERS}({compiler.process(element.clauses, **options)})"
