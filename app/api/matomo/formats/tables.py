"""``format=csv`` and ``format=tsv``. They are meant for spreadsheets, hence UTF-16 by default."""

import re
from typing import Any

from app.api.matomo import texts
from app.api.matomo.errors import ApiError
from app.api.matomo.formats.base import HTML_TYPE, TABLE_TYPE, Answer, as_array
from app.api.matomo.parameters import Parameters

NO_DATA = "No data available"
NAMED = {"Content-Disposition": "attachment; filename*=UTF-8''Export"}
NAMED_SUCCESS = {"Content-Disposition": "attachment; filename=piwik-report-export.csv"}
QUOTED = re.compile(r'[",;\t\r\n]')
FORMULA = ("=", "+", "-", "@")
"""First characters that make a spreadsheet evaluate a cell as a formula."""


class Table:
    """Rows below a line of column names."""

    def __init__(self, given: Parameters, separator: str) -> None:
        self._separator = separator
        self._success = b"message\tok" if separator == "\t" else b"message\nok"
        self._converts = given.get("convertToUnicode") != "0"

    def success(self) -> Answer:
        return Answer(self._success, TABLE_TYPE, NAMED_SUCCESS)

    def failure(self, text: str) -> Answer:
        return Answer(f"Error: {text}".encode(), HTML_TYPE)

    def result(self, value: Any) -> Answer:
        value = as_array(value)
        if isinstance(value, list | dict) and not value:
            return Answer(NO_DATA.encode(), TABLE_TYPE)
        text = "\n".join(self._separator.join(map(_cell, line)) for line in _lines(value))
        body = b"\xff\xfe" + text.encode("utf-16-le", "replace") if self._converts else text.encode("utf-8", "replace")
        return Answer(body, TABLE_TYPE, NAMED)


def _lines(value: Any) -> list[list[Any]]:
    """:raises ApiError: a cell holds a list or a dict"""
    if not isinstance(value, list | dict):
        return [["value"], [value]]
    if isinstance(value, dict) and any(isinstance(item, list | dict) for item in value.values()):
        if not all(isinstance(key, int) for key in value):
            raise ApiError(texts.not_convertible(texts.NOT_BY_NUMBER), 400)
        value = list(value.values())
    rows = [value] if isinstance(value, dict) else value
    if not any(isinstance(row, list | dict) for row in rows):
        return [[row] for row in rows]
    rows = [row if isinstance(row, dict) else {} if row == [] else {"0": row} for row in rows]
    if any(isinstance(item, list | dict) for row in rows for item in row.values()):
        raise ApiError(texts.not_convertible(texts.NESTED), 400)
    columns = list(dict.fromkeys(key for row in rows for key in row))
    return [columns, *([row.get(column) for column in columns] for row in rows)]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        return str(int(value) if isinstance(value, bool) else value)
    text = value.replace("\t", " ")
    if text.startswith(FORMULA):
        text = f"'{text}"
    return '"{}"'.format(text.replace('"', '""')) if QUOTED.search(text) else text
