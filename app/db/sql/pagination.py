"""The statement of every list: one that both counts and fetches a page, finding ids first and rows after that."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CTE, BigInteger, ColumnElement, FromClause, Select, bindparam, func, literal, select, true
from sqlalchemy.orm import InstrumentedAttribute

from app.db.sql.keyset import After, beyond, labels
from app.db.sql.ordering import Order

Joins = Sequence[tuple[FromClause | type, ColumnElement[bool]]]
"""Outer joins that the selected columns need."""

TOTAL = "known_total"
FEW = 1000
"""Up to this many hits, a search collects them all; with more, it walks the list in order."""


def paged(
    hits: Select[Any],
    key: InstrumentedAttribute[Any],
    columns: Sequence[Any],
    order: Order,
    *,
    joins: Joins = (),
    few: bool = False,
    capped: bool = False,
    keyed: bool = False,
    after: After | None = None,
) -> Select[Any]:
    """
    A statement that selects a page of a list and the total number of rows.

    The page is cut from the keys alone (a deferred join), so deep pages skip keys instead of rows. Every row has
    ``total``; past the end of the list there is one row whose ``id`` is null. Values: ``offset``, ``limit``, and with
    ``few`` or ``capped`` also ``probe``, the number of rows at which counting stops.

    :param hits: selects the rows of the list
    :param key: the primary key that ``hits`` selects
    :param columns: what to select of the page's rows
    :param joins: outer joins that ``columns`` need
    :param few: collect up to ``probe`` hits and count and sort those, for searches. If there are ``probe`` hits, the
        page is empty
    :param capped: stop counting at ``probe`` rows
    :param keyed: also select the values that the rows are sorted by, for cursors
    :param after: only the rows after one with certain sort values. Then nothing is counted, except with ``few``: the
        total is the value ``known_total``
    """
    sorts = [column.label(name) for (column, _), name in zip(order, labels(order), strict=True)]
    found = hits.with_only_columns(key.label("key"), *sorts)
    probe = bindparam("probe", type_=BigInteger)
    if few:
        gathered = found.limit(probe).cte("few").prefix_with("MATERIALIZED", dialect="postgresql")
        total = select(func.count().label("total")).select_from(gathered).cte("total")
        # If there are ``probe`` hits, there may be more, and a page of these alone would be wrong. It stays empty.
        all_found = select(total.c.total).scalar_subquery() < probe
        keys = _cut(select(gathered).where(all_found), [gathered.c[label.name] for label in sorts], order, after)
    elif after is not None:
        total = select(bindparam(TOTAL, type_=BigInteger).label("total")).cte("total")
        keys = _cut(found, [column for column, _ in order], order, after)
    else:
        ones = hits.with_only_columns(literal(1).label("one"))
        counted = (ones.limit(probe) if capped else ones).subquery("ones")
        total = select(func.count().label("total")).select_from(counted).cte("total")
        keys = _cut(found, [column for column, _ in order], order, after)
    source: Any = total.outerjoin(keys, true()).outerjoin(key.class_, key == keys.c.key)
    for target, on in joins:
        source = source.outerjoin(target, on)
    values = [keys.c[label.name] for label in sorts]
    shown = select(total.c.total, *columns, *(values if keyed else [])).select_from(source)
    return shown.order_by(*_directed(values, order))


def _cut(query: Select[Any], by: Sequence[Any], order: Order, after: After | None) -> CTE:
    """The keys of one page."""
    if after is not None:
        query = query.where(beyond(by, order, after))
    limit, offset = bindparam("limit", type_=BigInteger), bindparam("offset", type_=BigInteger)
    return query.order_by(*_directed(by, order)).limit(limit).offset(offset).cte("keys")


def _directed(columns: Sequence[Any], order: Order) -> list[ColumnElement[Any]]:
    return [
        column.desc() if descending else column.asc() for column, (_, descending) in zip(columns, order, strict=True)
    ]
