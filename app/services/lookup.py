"""Finding things by what people call them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from app.domain.errors import Conflict, NotFound, OnlyViews
from app.models import ANONYMOUS_ID


def parsed_id(text: str) -> UUID | None:
    """The text as an id; None when it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def require_somebody(user_id: UUID | None) -> None:
    """:raises OnlyViews: it is the account of those who are not logged in, which neither changes nor owns anything"""
    if user_id == ANONYMOUS_ID:
        raise OnlyViews


def the_only_one(found: Sequence[Row[Any]], things: str) -> Row[Any]:
    """
    The one row that was found.

    :raises NotFound: there is none
    :raises Conflict: there are more
    """
    if not found:
        raise NotFound(f"There is no such {things.removesuffix('s')}.")
    if len(found) > 1:
        raise Conflict(f"Several {things} are called that; name one by its id.")
    return found[0]
