"""Finding things by what people call them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from app.errors import Conflict, NotFound


def parsed_id(text: str) -> UUID | None:
    """The text as an id; None when it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


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
