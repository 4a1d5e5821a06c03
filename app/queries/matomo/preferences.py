"""Statements about what users prefer."""

from functools import cache
from typing import NamedTuple

from sqlalchemy import Insert, bindparam, select

from app.db.sql.query import Query
from app.models import Preference
from app.queries.grants import DIALECTS


class PreferenceValue(NamedTuple):
    """What a user prefers."""

    value: str


select_preference = Query(
    select(Preference.value).where(Preference.user_id == bindparam("user_id"), Preference.name == bindparam("name")),
    PreferenceValue,
)
"""Values: ``user_id``, ``name``."""


@cache
def upsert_preference(dialect: str) -> Insert:
    """One preference, new or in place of the one that is there."""
    made = DIALECTS[dialect](Preference.__table__)
    upsert: Insert = made.on_conflict_do_update(
        index_elements=["user_id", "name"], set_={"value": made.excluded["value"]}
    )
    return upsert
