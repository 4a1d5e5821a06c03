"""Statements about preferences of users."""

from functools import cache
from typing import NamedTuple

from sqlalchemy import Insert, bindparam, select

from app.db.sql.query import Query
from app.models import Preference
from app.queries.grants import DIALECTS


class PreferenceValue(NamedTuple):
    """The value of a preference."""

    value: str


select_preference = Query(
    select(Preference.value).where(Preference.user_id == bindparam("user_id"), Preference.name == bindparam("name")),
    PreferenceValue,
)
"""Values: ``user_id``, ``name``."""


@cache
def upsert_preference(dialect: str) -> Insert:
    """Insert a preference or replace its value."""
    made = DIALECTS[dialect](Preference.__table__)
    upsert: Insert = made.on_conflict_do_update(
        index_elements=["user_id", "name"], set_={"value": made.excluded["value"]}
    )
    return upsert
