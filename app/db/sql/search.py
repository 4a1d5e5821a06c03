"""Searches in lists: for texts that contain the search text, without regard to case."""

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
"""An index of trigrams cannot find shorter texts."""


class Match(StrEnum):
    """How a statement searches. Each way takes the value ``search``."""

    PATTERN = "pattern"
    """With LIKE, which always works; PostgreSQL can use trigram indexes for it. The value is a ``pattern()``."""
    PHRASE = "phrase"
    """With SQLite's full-text index of trigrams, if it exists. The value is a ``phrase()``."""


class like_pattern(FunctionElement[bool]):  # noqa: N801 (an operator of SQL)
    """``like_pattern(column, pattern)``: LIKE with the backslash as escape character."""

    inherit_cache = True
    type = Boolean()


@compiles(like_pattern)
def _anywhere(element: like_pattern, compiler: SQLCompiler, **options: Any) -> str:
    return f"{_on_postgresql(element, compiler, **options)} ESCAPE '\\'"


@compiles(like_pattern, "postgresql")
def _on_postgresql(element: like_pattern, compiler: SQLCompiler, **options: Any) -> str:
    # The backslash is the default. With ESCAPE, prepared statements would process the pattern again for each row.
    searched, pattern = element.clauses
    return f"{compiler.process(searched, **options)} LIKE {compiler.process(pattern, **options)}"


def like(searched: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """Whether a column contains the search text, without regard to case."""
    return searched.ilike(bindparam("search"), escape="\\")


def like_folded(searched: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """Whether a column of folded names contains the search text, which must be folded too."""
    return like_pattern(searched, bindparam("search", type_=String()))


def in_index(identity: InstrumentedAttribute[Any], index: str) -> ColumnElement[bool]:
    """Whether the full-text index finds a row. Its tables are ``{index}`` and ``{index}_key`` (see migration 0004)."""
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
    """The number of rows that a full-text index finds, counted up to ``probe``. Values: ``search``, ``probe``."""
    hits = f"SELECT 1 FROM {index} WHERE {index} MATCH :search LIMIT :probe"  # noqa: S608 (our own names)
    statement = text(f"SELECT count(*) AS total FROM ({hits})")  # noqa: S608
    return Query(statement.columns(column("total", Integer())), Total)


def trimmed(searched: str | None) -> str | None:
    """The search text without surrounding spaces; None if nothing is left."""
    return (searched or "").strip() or None


def pattern(searched: str) -> str:
    """A LIKE pattern for texts that contain the search text; ``%``, ``_`` and ``\\`` in it are literal."""
    escaped = searched.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def phrase(searched: str) -> str:
    """A phrase for the full-text index that matches the search text literally."""
    return '"' + searched.replace('"', '""') + '"'
