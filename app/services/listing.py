"""One way to fetch a page of anything."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Select

from app.db import fetch_list
from app.paging import Page, Window
from app.queries.paged import FEW
from app.security.actor import Actor


def fetch_page(
    actor: Actor, build: Callable[..., Select[Any]], window: Window, *, pattern: str | None = None, **values: Any
) -> Page:
    """
    The rows of a window, with their count.

    A search first looks whether there are few hits, which are gathered once, counted and sorted; only
    when there are many does it walk the list in order, where many hits mean a short walk.

    :param build: ``build(searched=…, few=…, capped=…)`` gives the statement
    :param pattern: what to search for, as the statement wants it
    """
    if pattern is not None:
        values["search"] = pattern
        few = build(searched=True, few=True, capped=False)
        rows = fetch_list(few, wrote_at=actor.wrote_at, **values, **window.values | {"probe": FEW + 1})
        if rows[0].total <= FEW:
            return Page.of(rows, window)
    statement = build(searched=pattern is not None, few=False, capped=window.cap is not None)
    return Page.of(fetch_list(statement, wrote_at=actor.wrote_at, **values, **window.values), window)
