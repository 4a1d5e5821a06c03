"""Exact filters of lists, which statements have as needed."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Select, bindparam
from sqlalchemy.orm import InstrumentedAttribute

CREATED_AFTER = "exact_created_after"
Columns = Mapping[str, InstrumentedAttribute[Any]]


def exactly(hits: Select[Any], columns: Columns, only: Collection[str]) -> Select[Any]:
    """
    Return the statement, reduced to the rows with certain values.

    :param columns: the columns that can be filtered by, under the names of their parameters (``Filters.values``)
    :param only: the parameters to filter by
    """
    for name in sorted(only):
        column, value = columns[name], bindparam(name, type_=columns[name].type)
        hits = hits.where(column > value if name == CREATED_AFTER else column == value)
    return hits
