"""Lists of any length in one parameter, so that the text of a statement does not depend on the length."""

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, FromClause, String, Uuid, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement, GenericFunction


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


class among(FunctionElement[bool]):  # noqa: N801 (a function of SQL)
    """
    ``among(column, bindparam("ids"))``: whether the column is in a JSON array of texts, or of ids as 32 hex digits.

    PostgreSQL can look the items up in an index, and combine several such conditions with OR.
    """

    inherit_cache = True
    type = Boolean()


@compiles(among)
def _among_on_postgresql(element: among, compiler: SQLCompiler, **options: Any) -> str:
    column, items = (compiler.process(clause, **options) for clause in element.clauses)
    kind = "UUID" if isinstance(next(iter(element.clauses)).type, Uuid) else "VARCHAR"
    return f"{column} = ANY (ARRAY(SELECT CAST(jsonb_array_elements_text(CAST({items} AS JSONB)) AS {kind})))"


@compiles(among, "sqlite")
def _among_on_sqlite(element: among, compiler: SQLCompiler, **options: Any) -> str:
    column, items = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({items}))"  # noqa: S608 (a name and a parameter)


def is_among(column: Any, name: str) -> ColumnElement[bool]:
    """Whether the column is in the parameter ``name``, a JSON array as text."""
    return among(column, bindparam(name, type_=String()))


def ids(found: Iterable[UUID]) -> str:
    """Return ids as the JSON array that statements take."""
    return json.dumps([one.hex for one in found])


def texts(found: Iterable[str]) -> str:
    """Return texts as the JSON array that statements take."""
    return json.dumps(list(found))
