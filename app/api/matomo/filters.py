"""Matomo's generic filters for lists: ``filter_limit``, ``filter_offset``, ``filter_pattern``, ``showColumns`` …"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from app.api.matomo import patterns, texts
from app.api.matomo.context import add_header, current_call
from app.api.matomo.errors import ApiError
from app.api.matomo.parameters import Array, Parameters
from app.domain.pagination import MAX_OFFSET, Window

DEFAULT_LIMIT = 100
TOTAL = "X-Matomo-Total-Results"
WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
Rows: TypeAlias = "list[Any] | dict[int, Any]"


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of a list within ``window()``, fetched by a method that pages itself, and the length of the list."""

    rows: Sequence[Any]
    total: int


def window() -> Window | None:
    """
    Return the window that the filters keep, so that a method can fetch only that and return a ``Part``.

    None means that the filters need the whole list.
    """
    given = current_call().given
    limit, offset = _limit(given), _offset(given)
    if _pattern(given) or offset < 0 or limit is None:
        return None
    return Window(min(offset, MAX_OFFSET), limit)


def filtered(result: Any) -> Any:
    """
    Return a method's result after the generic filters; a header has the total if rows were left out.

    :raises ApiError: the pattern cannot be used
    """
    given = current_call().given
    if isinstance(result, Part):
        _tell(result.total, len(result.rows))
        rows: Rows = list(result.rows)
    elif isinstance(result, list) or (isinstance(result, dict) and result and type(next(iter(result))) is int):
        rows = _sliced(_matching(result, given), given)
    else:
        return result
    return _with_columns(rows, given)


def _tell(total: int, left: int) -> None:
    if left < total and TOTAL not in current_call().headers:
        add_header(TOTAL, total)


def _whole(given: Parameters, name: str, default: int, otherwise: int) -> int:
    text = given.get(name, "")
    if text == "":
        return default
    return int(text) if isinstance(text, str) and WHOLE.fullmatch(text) else otherwise


def _limit(given: Parameters) -> int | None:
    """Return the number of rows to keep; None means all."""
    limit = _whole(given, "filter_limit", DEFAULT_LIMIT, -1)
    return min(limit, MAX_OFFSET) if limit >= 0 else None


def _offset(given: Parameters) -> int:
    return _whole(given, "filter_offset", 0, 0)


def _sliced(rows: Rows, given: Parameters) -> Rows:
    """Return the rows within offset and limit as a renumbered list; without either, all rows unchanged."""
    limit, offset = _limit(given), _offset(given)
    if limit is None and not offset:
        return rows
    kept = list(rows.values()) if isinstance(rows, dict) else rows
    begin = offset if offset >= 0 else max(len(kept) + offset, 0)
    part = kept[begin:] if limit is None else kept[begin : begin + limit]
    _tell(len(kept), len(part))
    return part


def _pattern(given: Parameters) -> tuple[set[str], str] | None:
    """Return the columns and the pattern that one of them must match; None unless the columns are an array."""
    columns, pattern = given.get("filter_column"), given.get("filter_pattern")
    if not isinstance(columns, Array) or not isinstance(pattern, str) or not pattern:
        return None
    return {column for column in columns.values() if isinstance(column, str)}, pattern


def _matching(rows: Rows, given: Parameters) -> Rows:
    """Return the matching rows under the keys that they had."""
    asked = _pattern(given)
    if asked is None:
        return rows
    columns, pattern = asked
    matches = patterns.matcher(pattern)
    by_key = rows if isinstance(rows, dict) else dict(enumerate(rows))
    if not all(isinstance(row, dict) for row in by_key.values()):
        raise ApiError(texts.NO_COLUMNS, 400)
    return {key: row for key, row in by_key.items() if _any_matches(row, columns, matches)}


def _any_matches(row: dict[str, Any], columns: set[str], matches: Callable[[str], bool]) -> bool:
    found = (row[column] for column in columns if column in row)
    return any(matches(_as_text(value)) for value in found if not isinstance(value, list | dict))


def _as_text(value: object) -> str:
    """Return a value as PHP converts it to text."""
    if value is None or value is False:
        return ""
    return "1" if value is True else str(value)


def _names(given: Parameters, name: str) -> list[str]:
    text = given.get(name)
    return [part.strip() for part in text.split(",") if part.strip()] if isinstance(text, str) else []


def _with_columns(rows: Rows, given: Parameters) -> Rows:
    """Apply ``showColumns`` and ``hideColumns`` to a list of dicts."""
    shown, hidden = _names(given, "showColumns"), set(_names(given, "hideColumns"))
    if not shown and not hidden:
        return rows
    always = {"label", *shown}
    prefixes = tuple(f"{name}__" for name in shown)

    def stays(column: str) -> bool:
        return column not in hidden and (not shown or column in always or column.startswith(prefixes))

    def cut(row: Any) -> Any:
        if not isinstance(row, dict):
            return row
        return {key: value for key, value in row.items() if stays(key)} or []  # PHP's empty array has no keys

    return {key: cut(row) for key, row in rows.items()} if isinstance(rows, dict) else [cut(row) for row in rows]
