"""Rows of an export as lines of JSON and as CSV."""

import csv
import io
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from app.domain.formulas import defused
from app.services.files.columns import COLUMNS, KIND, SECRET
from app.services.importing.report import Kind

LINES_AT_ONCE = 500
UNEXPORTED = frozenset({"owner_id", "owner", "user", "team", "website"})
"""Columns that only an import knows: names instead of ids."""


def json_lines(rows: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """Yield rows as lines of JSON, without the values that are null; many lines at once."""
    option = orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE | orjson.OPT_SORT_KEYS
    lines: list[bytes] = []
    for row in rows:
        lines.append(orjson.dumps({name: value for name, value in row.items() if value is not None}, option=option))
        if len(lines) == LINES_AT_ONCE:
            yield b"".join(lines)
            lines.clear()
    yield b"".join(lines)


def csv_lines(rows: Iterable[dict[str, Any]], kinds: Collection[Kind], *, secrets: bool) -> Iterator[bytes]:
    """Yield rows as CSV (RFC 4180) with the columns of all the kinds; many lines at once."""
    left_out = UNEXPORTED if secrets else UNEXPORTED | SECRET
    wanted = (name for kind in Kind if kind in kinds for name in COLUMNS[kind] if name not in left_out)
    header = list(dict.fromkeys([KIND, *wanted]))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    for number, row in enumerate(rows, 1):
        writer.writerow([as_cell(row.get(name)) for name in header])
        if number % LINES_AT_ONCE == 0:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def as_cell(value: Any) -> str:
    """Return a value for CSV, as an import reads it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return defused(value)
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return str(value) if isinstance(value, UUID | int) else orjson.dumps(value).decode()
