"""The rows of a list after a certain one, found by its sort values: inserts and deletions before it do not matter."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, false, or_

from app.db.sql.ordering import Order
from app.domain.text import unstorable

SORT = "sort_"
"""How the labels of sort values begin."""


class After(NamedTuple):
    """What a statement for the rows after a certain one depends on."""

    nulls: tuple[bool, ...]
    """Which of the sort values are null."""
    nulls_high: bool
    """Whether the database sorts nulls after all values, as PostgreSQL does; SQLite sorts them before."""


def labels(order: Order) -> list[str]:
    """Return the labels of the sort values. Together they tell the order of a list from all others."""
    return [
        f"{SORT}{number}_{getattr(column, 'key', None) or 'set'}_{'desc' if descending else 'asc'}"
        for number, (column, descending) in enumerate(order)
    ]


def beyond(by: Sequence[Any], order: Order, after: After) -> ColumnElement[bool]:
    """
    Return the condition for the rows after a certain one. Values: ``after_0``, ``after_1`` … that are not null.

    :param by: the columns to compare, which correspond to those of ``order``
    """
    places = [
        _Place(column, bindparam(f"after_{number}", type_=column.type), descending, after.nulls[number], after)
        for number, (column, (_, descending)) in enumerate(zip(by, order, strict=True))
    ]
    ways = [and_(*(before.same for before in places[:number]), place.later) for number, place in enumerate(places)]
    return and_(or_(places[0].same, places[0].later), or_(*ways))  # the first part lets the database use an index


class _Place:
    """The place of a row in the order of one column."""

    def __init__(
        self, column: ColumnElement[Any], value: BindParameter[Any], descending: bool, null: bool, after: After
    ) -> None:
        self._column, self._value, self._descending, self._null = column, value, descending, null
        self._nulls_last = after.nulls_high != descending

    @property
    def same(self) -> ColumnElement[bool]:
        return self._column.is_(None) if self._null else self._column == self._value

    @property
    def later(self) -> ColumnElement[bool]:
        if self._null:
            return false() if self._nulls_last else self._column.is_not(None)
        later = self._column < self._value if self._descending else self._column > self._value
        can_be_null = self._nulls_last and getattr(self._column, "nullable", True)
        return or_(later, self._column.is_(None)) if can_be_null else later


def parsed(value: Any, column: ColumnElement[Any]) -> Any:
    """
    Return a sort value from a cursor as a statement compares it with a column.

    :raises ValueError: it is not a value that the column could have
    """
    kind = column.type.python_type
    if value is None:
        if any(getattr(base, "nullable", True) for base in column.base_columns):
            return None
    elif kind is UUID and isinstance(value, str):
        return UUID(value)
    elif kind is datetime and isinstance(value, str):
        return _in_utc(datetime.fromisoformat(value))
    elif type(value) is kind and not (kind is str and unstorable(value)):
        return value
    raise ValueError(value)


def _in_utc(moment: datetime) -> datetime:
    """:raises ValueError: the time names no offset, or is out of range in UTC"""
    if moment.tzinfo is None:
        raise ValueError(moment)
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(moment) from error
