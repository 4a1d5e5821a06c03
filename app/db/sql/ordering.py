"""In which order lists come."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

Order = Sequence[tuple[ColumnElement[Any] | InstrumentedAttribute[Any], bool]]
"""What to sort by, and whether descending."""


def by_name(
    key: InstrumentedAttribute[Any],
    name: InstrumentedAttribute[Any],
    identity: InstrumentedAttribute[Any],
    *,
    descending: bool = False,
) -> Order:
    """Without regard to case, then exact; ``key`` is the name folded. An index of these columns serves it."""
    return [(key, descending), (name, descending), (identity, False)]


def nulls_least(column: InstrumentedAttribute[Any], *, descending: bool = False) -> Order:
    """No value comes before any other, on every database."""
    return [(column.is_not(None), descending), (column, descending)]
