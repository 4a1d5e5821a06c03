"""Lists of any length in one parameter, so that the text of a statement does not depend on the length."""

from typing import Any

from sqlalchemy import FromClause, String, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction


class each_text(GenericFunction[str]):  # noqa: N801 (a function of SQL)
    """The items of a JSON array, each as text."""

    inherit_cache = True
    type = String()


@compiles(each_text)
def _on_postgresql(element: each_text, compiler: SQLCompiler, **options: Any) -> str:
    return f"jsonb_array_elements_text(CAST({compiler.process(element.clauses, **options)} AS JSONB))"


@compiles(each_text, "sqlite")
def _on_sqlite(element: each_text, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


def listed(name: str) -> FromClause:
    """The items of the parameter ``name``, a JSON array as text, as a table with the column ``value``."""
    return each_text(bindparam(name, type_=String())).table_valued("value", name=name)
