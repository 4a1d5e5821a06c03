"""How lists are searched: "contains", without regard to case."""

from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, String, Uuid, bindparam, column, table, text
from sqlalchemy.orm import InstrumentedAttribute

from app.db.sql.query import Query

PHRASE_MIN_LENGTH = 3
"""Trigrams find nothing shorter."""


class Match(StrEnum):
    """By what means a statement searches; each takes the value ``search``."""

    PATTERN = "pattern"
    """LIKE: everywhere. PostgreSQL has trigram indexes for it. The value is a ``pattern()``."""
    PHRASE = "phrase"
    """SQLite's full-text index of trigrams, where it is there. The value is a ``phrase()``."""


def like(searched: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """Whether a column contains what is searched for."""
    return searched.ilike(bindparam("search"), escape="\\")


def like_folded(searched: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """The same for a column of folded names; what is searched for must be folded as well."""
    return searched.like(bindparam("search"), escape="\\")


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
