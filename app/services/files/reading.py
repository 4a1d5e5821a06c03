"""Reading a file line by line: JSON lines or CSV, in UTF-8, UTF-16 or another encoding, in little memory."""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import orjson

from app.domain.errors import BadLine, DomainError, Invalid, SourceUnusable
from app.domain.formulas import restored
from app.domain.text import is_unicode
from app.services.files.columns import EVERY_NAME, check_names

MOST_CHARACTERS = 1_000_000
"""The longest line of JSON, and the longest row of CSV, in characters."""
PROBE = 4096
DELIMITERS = ",;\t"
TEXT = re.compile(r"[^\s]")
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
TOO_LONG = f"is longer than {MOST_CHARACTERS:,} characters"
NOT_TEXT = "is not valid {encoding}; if the file has another encoding, name it with --encoding"
UNCLOSED = (
    "is not valid CSV ({reason}); everything up to line {last} was read as one row, so a quotation mark may be missing"
)


@dataclass(slots=True)
class Found:
    """A row with the number of its first line: its values by name, or why it cannot be read."""

    line: int
    values: Mapping[str, Any] = field(default_factory=dict)
    error: DomainError | None = None


def read_rows(stream: BinaryIO, encoding: str | None = None) -> Iterator[Found]:
    """
    Yield the rows of a file. A row that cannot be read does not keep others from being read.

    :param encoding: that of the file; by default as its byte-order mark says, otherwise UTF-8
    :raises SourceUnusable: the file as a whole cannot be read
    """
    buffered: Any = stream if hasattr(stream, "peek") else io.BufferedReader(stream)
    start = buffered.peek(PROBE)[:PROBE]
    found = next((name for mark, name in BOMS if start.startswith(mark)), None)
    name = found or encoding or "utf-8"
    if found is None and b"\0" in start:
        raise SourceUnusable("it is not a text file, or one in UTF-16 without a byte-order mark")
    # Bytes that are not valid become surrogates, so that only their rows are lost.
    bad_bytes = "strict" if name.startswith("utf-16") else "surrogateescape"
    text = io.TextIOWrapper(buffered, name, bad_bytes, newline="")
    lines = _Lines(text, name)
    try:
        first = lines.first()
        if first is None:
            return
        if first.lstrip().startswith("{"):
            yield from _json_rows(lines)
        elif first.lstrip().startswith("["):
            raise SourceUnusable("it is a JSON array; one JSON object on each line is needed (JSON lines)")
        else:
            yield from _csv_rows(lines)
    except UnicodeDecodeError as error:
        raise SourceUnusable(f"after line {lines.number}, it is not valid {name.upper()}") from error
    finally:
        with suppress(ValueError):  # it is closed already
            text.detach()  # otherwise it would close the stream, which is not ours


class _Lines:
    """The lines of a text, numbered, none longer than ``MOST_CHARACTERS``."""

    def __init__(self, text: io.TextIOWrapper, encoding: str) -> None:
        self._text, self._ahead = text, list[str]()
        self._encoding = encoding.removesuffix("-sig").upper()
        self.number = self.size = 0
        """The number of the last line, and the characters read since ``begin_row``."""

    def first(self) -> str | None:
        """Return the first line that is not blank, to be read again; None if there is none."""
        while line := self._text.readline(MOST_CHARACTERS):
            if TEXT.search(line):
                self._ahead = [line]
                return line
            self.number += 1
        return None

    def begin_row(self) -> None:
        self.size = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        """Return the next line. :raises BadLine: it is too long, or is not text; the next call goes on after it"""
        line = self._ahead.pop() if self._ahead else self._text.readline(MOST_CHARACTERS)
        if not line:
            raise StopIteration
        self.number += 1
        self.size += len(line)
        if len(line) == MOST_CHARACTERS and not line.endswith(("\n", "\r")):
            rest = line
            while rest and not rest.endswith(("\n", "\r")):
                rest = self._text.readline(MOST_CHARACTERS)
            raise BadLine(f"The line {TOO_LONG}.")
        if self.size > MOST_CHARACTERS:
            raise BadLine(f"The row {TOO_LONG}; a quotation mark may be missing.")
        if not is_unicode(line):
            raise BadLine(f"The line {NOT_TEXT.format(encoding=self._encoding)}.")
        return line


def _json_rows(lines: _Lines) -> Iterator[Found]:
    while True:
        lines.begin_row()
        try:
            line = next(lines)
            if not TEXT.search(line):
                continue
            values = orjson.loads(line)
            if not isinstance(values, dict):
                raise BadLine("The line is not a JSON object.")
            yield Found(lines.number, values)
        except StopIteration:
            return
        except orjson.JSONDecodeError as error:
            yield Found(lines.number, error=BadLine(f"The line is not valid JSON: {error.msg}."))
        except Invalid as error:
            yield Found(lines.number, error=error)


def _csv_rows(lines: _Lines) -> Iterator[Found]:
    csv.field_size_limit(MOST_CHARACTERS)
    try:
        first = next(lines)
        delimiter = max(DELIMITERS, key=first.count)
        header = [restored(name.strip()) for name in next(csv.reader([first], delimiter=delimiter, strict=True))]
        check_names(header, EVERY_NAME)
    except (csv.Error, Invalid) as error:
        reason = error.message if isinstance(error, DomainError) else str(error)
        raise SourceUnusable(f"line {lines.number} is not the header of a CSV file. {reason}") from error
    twice = next((name for name in header if header.count(name) > 1), None)
    if twice is not None:
        raise SourceUnusable(f"the column {twice!r} is there twice")
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.begin_row()
        start = lines.number + 1
        try:
            cells = next(reader)
            if not cells:
                continue
            if len(cells) != len(header):
                raise BadLine(f"The row has {len(cells)} values, but the header has {len(header)} columns.")
            yield Found(start, dict(zip(header, map(restored, cells), strict=True)))
        except StopIteration:
            return
        except csv.Error as error:
            yield Found(start, error=BadLine(f"The row {UNCLOSED.format(reason=error, last=lines.number)}."))
        except Invalid as error:
            yield Found(start, error=error)
