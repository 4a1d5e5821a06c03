"""How lists are searched: "contains", without regard to case."""

from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Boolean, ColumnElement, Integer, String, Uuid, bindparam, column, table, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from app.db.sql.query import Query

PHRASE_MIN_LENGTH = 3
"""Trigrams find nothing shorter."""


class Match(StrEnum):
    """By what means a statement searches; each takes the value ``search``."""

    PATTERN = "pattern"
    """LIKE: everywhere. PostgreSQL has trigram indexes for it. The value is a ``pattern()``."""
    PHRASE = "phrase"
    """SQLite's full-text index of trigrams, where it is there. The value is a ``phrase()``."""


class like_pattern(FunctionElement[bool]):  # noqa: N801 (an operator of SQL)
    """``like_pattern(column, pattern)``: LIKE, with a backslash to escape."""

    inherit_cache = True
    type = Boolean()


@compiles(like_pattern)
def _anywhere(element: like_pattern, compiler: SQLCompiler, **options: Any) -> str:
    return f"{_on_postgresql(element, compiler, **options)} ESCAPE '\\'"


@compiles(like_pattern, "postgresql")
def _on_postgresql(element: like_pattern, compiler: SQLCompiler, **options: Any) -> str:
    # The backslash is its default; with ESCAPE, prepared statements would prepare the pattern for each row anew.
    searched, pattern = element.clauses
    return f"{compiler.process(searched, **options)} LIKE {compiler.process(pattern, **options)}"


def like(searched: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """Whether a column contains what is searched for."""
    return searched.ilike(bindparam("search"), escape="\\")


def like_folded(searched: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """The same for a column of folded names; what is searched for must be folded as well."""
    return like_pattern(searched, bindparam("search", type_=String()))


def in_index(identity: InstrumentedAttribute[Any], index: str) -> ColumnElement[bool]:
    """Whether a row is found in a full-text index; ``index`` and ``index_key`` are its tables (migration 0004)."""
    keys = table(f"{index}_key", column("number"), column("id", Uuid()))
    found = text(f"SELECT rowid FROM {index} WHERE {index} MATCH :search").bindparams(  # noqa: S608 (our own names)
        bindparam("search", type_=String())
    )
    numbers = found.columns(column("rowid")).subquery()
    return identity.in_(keys.join(numbers, numbers.c.rowid == keys.c.number).select().with_only_columns(keys.c.id))


class Total(NamedTuple):
    """A number of rows."""

    total: int


@cache
def count_in_index(index: str) -> Query[Total]:
    """How many rows a full-text index finds, ``total``, counted up to ``probe``. Values: ``search``, ``probe``."""
    hits = f"SELECT 1 FROM {index} WHERE {index} MATCH :search LIMIT :probe"  # noqa: S608 (our own names)
    statement = text(f"SELECT count(*) AS total FROM ({hits})")  # noqa: S608
    return Query(statement.columns(column("total", Integer())), Total)


def trimmed(searched: str | None) -> str | None:
    """What is searched for, without the spaces that come with pasted text; None for nothing."""
    return (searched or "").strip() or None


def pattern(searched: str) -> str:
    """The text as a LIKE pattern for "contains"; ``%``, ``_`` and ``\\`` mean themselves (W18)."""
    escaped = searched.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def phrase(searched: str) -> str:
    """The text as a phrase of the full-text index; quotes mean themselves."""
    return '"' + searched.replace('"', '""') + '"'
