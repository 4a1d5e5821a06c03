"""The order of lists."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

Order = Sequence[tuple[ColumnElement[Any] | InstrumentedAttribute[Any], bool]]
"""Columns to sort by, each with whether it is descending."""


def by_name(
    key: InstrumentedAttribute[Any],
    name: InstrumentedAttribute[Any],
    identity: InstrumentedAttribute[Any],
    *,
    descending: bool = False,
) -> Order:
    """By name without regard to case, then by the exact name. ``key`` is the folded name. Indexes match this order."""
    return [(key, descending), (name, descending), (identity, False)]


def nulls_least(column: InstrumentedAttribute[Any], *, descending: bool = False) -> Order:
    """By a column whose nulls sort before all values, on every database."""
    return [(column.is_not(None), descending), (column, descending)]
