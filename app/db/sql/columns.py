"""Statements that read just what a row has."""

from typing import Any, NamedTuple

from sqlalchemy import Select, select

from app.models import Base


def select_fields(model: type[Base], row: type[NamedTuple]) -> Select[Any]:
    """Return a statement for those attributes of a model that a type of rows names."""
    return select(*[getattr(model, name).label(name) for name in row._fields])
