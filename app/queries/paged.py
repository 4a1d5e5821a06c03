"""The shape of every list: count and page in one statement, ids first and rows after."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, FromClause, Select, bindparam, func, literal, select, true
from sqlalchemy.orm import InstrumentedAttribute

Order = Sequence[tuple[InstrumentedAttribute[Any], bool]]
"""Columns to sort by, and whether descending."""
Joins = Sequence[tuple[FromClause | type, ColumnElement[bool]]]
"""What to join, outer, for the columns to show."""


def paged(
    hits: Select[Any],
    key: InstrumentedAttribute[Any],
    columns: Sequence[Any],
    order: Order,
    *,
    joins: Joins = (),
    capped: bool = False,
) -> Select[Any]:
    """
    One statement for a page and its count: ``hits`` says which rows, ``columns`` what to show of them.

    The page is cut on keys alone (a deferred join: deep pages skip keys, not rows). Every row carries
    ``total``; past the end there is one row whose ``id`` is null. Values: ``offset``, ``limit``, and
    ``probe`` where the count is capped.
    """
    ones = hits.with_only_columns(literal(1).label("one"))
    if capped:
        ones = ones.limit(bindparam("probe", type_=BigInteger))
    total = select(func.count().label("total")).select_from(ones.subquery("ones")).cte("total")
    keys = (
        hits.with_only_columns(key.label("key"), *[column.label(f"sort_{i}") for i, (column, _) in enumerate(order)])
        .order_by(*[column.desc() if descending else column.asc() for column, descending in order])
        .limit(bindparam("limit", type_=BigInteger))
        .offset(bindparam("offset", type_=BigInteger))
        .cte("keys")
    )
    source: Any = total.outerjoin(keys, true()).outerjoin(key.class_, key == keys.c.key)
    for target, on in joins:
        source = source.outerjoin(target, on)
    sorts = [
        keys.c[f"sort_{i}"].desc() if descending else keys.c[f"sort_{i}"].asc()
        for i, (_, descending) in enumerate(order)
    ]
    return select(total.c.total, *columns).select_from(source).order_by(*sorts)


def like(column: ColumnElement[str] | InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """Whether a column contains ``:search``, without regard to case; give the value as ``pattern(text)``."""
    return column.ilike(bindparam("search"), escape="\\")


def like_folded(column: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """The same for a column of folded names; give the value as ``pattern(fold(text))``."""
    return column.like(bindparam("search"), escape="\\")


def pattern(text: str) -> str:
    """The text as a LIKE pattern for "contains"; ``%``, ``_`` and ``\\`` mean themselves (W18)."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
