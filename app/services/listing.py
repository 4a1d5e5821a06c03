"""One way to fetch a page of anything."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Select

from app.db import fetch_all, fetch_list, has_table
from app.models.folding import fold_case
from app.paging import Page, Window
from app.queries.paged import FEW
from app.queries.searching import PHRASE_MIN_LENGTH, Match, count_in_index, pattern, phrase
from app.security.actor import Actor


def fetch_page(
    actor: Actor,
    build: Callable[..., Select[Any]],
    window: Window,
    *,
    search: str | None = None,
    folded: bool = False,
    index: str | None = None,
    **values: Any,
) -> Page:
    """
    The rows of a window, with their count.

    A search first looks whether there are few hits, which are gathered once, counted and sorted; only
    when there are many does it walk the list in order, where many hits mean a short walk.

    :param build: ``build(match=…, few=…, capped=…)`` gives the statement
    :param folded: names are searched as they are compared, folded
    :param index: the full-text index that may serve, where there is one
    """
    match, few = None, bool(search)
    if search:
        text = fold_case(search) if folded else search
        match, values["search"] = Match.PATTERN, pattern(text)
        if index is not None and len(text) >= PHRASE_MIN_LENGTH and has_table(index):
            few = _finds_few(index, text)
            if few:
                match, values["search"] = Match.PHRASE, phrase(text)
    if few:
        statement = build(match=match, few=True, capped=False)
        rows = fetch_list(statement, wrote_at=actor.wrote_at, **values, **window.values | {"probe": FEW + 1})
        if rows[0].total <= FEW:
            return Page.of(rows, window)
    statement = build(match=match, few=False, capped=window.cap is not None)
    return Page.of(fetch_list(statement, wrote_at=actor.wrote_at, **values, **window.values), window)


def _finds_few(index: str, text: str) -> bool:
    """Whether the full-text index finds few; for many it is slower than reading every row."""
    found = fetch_all(count_in_index(index), search=phrase(text), probe=FEW + 1)
    return bool(found[0].total <= FEW)
