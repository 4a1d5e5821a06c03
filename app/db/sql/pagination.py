"""The shape of every list: count and page in one statement, ids first and rows after."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CTE, BigInteger, ColumnElement, FromClause, Select, bindparam, func, literal, select, true
from sqlalchemy.orm import InstrumentedAttribute

from app.db.sql.ordering import Order

Joins = Sequence[tuple[FromClause | type, ColumnElement[bool]]]
"""What to join, outer, for the columns to show."""

FEW = 1000
"""A search with no more hits than this gathers them all; with more, it walks the list in order."""


def paged(
    hits: Select[Any],
    key: InstrumentedAttribute[Any],
    columns: Sequence[Any],
    order: Order,
    *,
    joins: Joins = (),
    few: bool = False,
    capped: bool = False,
) -> Select[Any]:
    """
    One statement for a page and its count: ``hits`` says which rows, ``columns`` what to show of them.

    The page is cut on keys alone (a deferred join: deep pages skip keys, not rows). Every row carries
    ``total``; past the end there is one row whose ``id`` is null. Values: ``offset``, ``limit``, and
    ``probe``, where ``few`` or ``capped`` ask no further than that.

    :param few: gather up to ``probe`` hits once, and count and sort them; for searches. With so many hits the page
        is empty
    """
    sorts = [column.label(f"sort_{number}") for number, (column, _) in enumerate(order)]
    found = hits.with_only_columns(key.label("key"), *sorts)
    probe = bindparam("probe", type_=BigInteger)
    if few:
        gathered = found.limit(probe).cte("few").prefix_with("MATERIALIZED", dialect="postgresql")
        total = select(func.count().label("total")).select_from(gathered).cte("total")
        # With as many hits as were asked for the page would be cut from a part of them: it stays empty.
        all_found = select(total.c.total).scalar_subquery() < probe
        keys = _cut(select(gathered).where(all_found), [gathered.c[label.name] for label in sorts], order)
    else:
        ones = hits.with_only_columns(literal(1).label("one"))
        counted = (ones.limit(probe) if capped else ones).subquery("ones")
        total = select(func.count().label("total")).select_from(counted).cte("total")
        keys = _cut(found, [column for column, _ in order], order)
    source: Any = total.outerjoin(keys, true()).outerjoin(key.class_, key == keys.c.key)
    for target, on in joins:
        source = source.outerjoin(target, on)
    shown = select(total.c.total, *columns).select_from(source)
    return shown.order_by(*_directed([keys.c[label.name] for label in sorts], order))


def _cut(query: Select[Any], by: Sequence[Any], order: Order) -> CTE:
    """The keys of one page."""
    limit, offset = bindparam("limit", type_=BigInteger), bindparam("offset", type_=BigInteger)
    return query.order_by(*_directed(by, order)).limit(limit).offset(offset).cte("keys")


def _directed(columns: Sequence[Any], order: Order) -> list[ColumnElement[Any]]:
    return [
        column.desc() if descending else column.asc() for column, (_, descending) in zip(columns, order, strict=True)
    ]
