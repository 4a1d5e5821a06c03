"""What an import has left: rows and remarks."""

from collections.abc import Sequence
from typing import Any

from flask import Flask
from sqlalchemy import select

from app.db.session import db
from app.models import Base


def rows_of(app: Flask, models: Sequence[type[Base]]) -> dict[str, list[dict[str, Any]]]:
    """Return all rows of these tables, by the names of the tables."""
    with app.app_context(), db.engine.connect() as connection:

        def rows(model: type[Base]) -> list[dict[str, Any]]:
            table = model.__table__
            return [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]

        return {model.__tablename__: rows(model) for model in models}


def told(report: Any) -> list[tuple[str, str, str, str]]:
    """Return kind, name, outcome and code of each remark."""
    return [(one.kind.value, one.name, one.outcome.value, one.code) for one in report.remarks]
