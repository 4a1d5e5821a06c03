"""Tables as text. In a terminal they fit its width; elsewhere lines are whole, so that programs can read them."""

import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from rich.cells import cell_len

GAP = "  "
Row = Mapping[str, str]


def terminal_width() -> int | None:
    """Return the width of the terminal that standard output is; None if it is none."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def in_colour() -> bool:
    """Return whether to use colours: in a terminal, unless NO_COLOR is set (https://no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


class Table:
    """
    A table that is printed piece by piece. Columns only ever get wider, so the pieces of a list line up.

    :param width: the width of the terminal; None for lines as long as they need to be
    """

    def __init__(self, columns: Sequence[str], *, width: int | None = None, colour: bool = False) -> None:
        self._columns, self._width, self._colour = columns, width, colour
        self._widths = [cell_len(name) for name in columns]
        self._begun = False

    def lines(self, rows: Sequence[Row]) -> Iterator[str]:
        """Yield the lines of some rows, after the header if they are the first ones."""
        first, self._begun = not self._begun, True
        for row in rows:
            for number, name in enumerate(self._columns):
                self._widths[number] = max(self._widths[number], cell_len(row[name]))
        if self._width is None or sum(self._widths) + len(GAP) * (len(self._widths) - 1) <= self._width:
            yield from self._plain(rows, header=first)
        else:
            yield from self._folded(rows, self._width)

    def _plain(self, rows: Iterable[Row], *, header: bool) -> Iterator[str]:
        if header:
            yield self._styled(self._line(self._columns))
        for row in rows:
            yield self._line([row[name] for name in self._columns])

    def _line(self, cells: Sequence[str]) -> str:
        padded = (text + " " * (width - cell_len(text)) for text, width in zip(cells, self._widths, strict=True))
        return GAP.join(padded).rstrip()

    def _styled(self, text: str) -> str:
        return f"\x1b[1m{text}\x1b[0m" if self._colour else text

    def _folded(self, rows: Sequence[Row], width: int) -> Iterator[str]:
        """Yield a table with folded cells; in a terminal too narrow for that, each row as lines of its own."""
        words = [max(map(cell_len, [name, *_words(rows, name)])) for name in self._columns]
        if sum(words) + len(GAP) * (len(words) - 1) <= width:
            yield from self._drawn(rows, width, [least < most for least, most in zip(words, self._widths, strict=True)])
            return
        for number, row in enumerate(rows):
            if number:
                yield ""
            yield from values(row, colour=self._colour)

    def _drawn(self, rows: Sequence[Row], width: int, foldable: Sequence[bool]) -> Iterator[str]:
        from rich.console import Console
        from rich.table import Table as Folding
        from rich.text import Text

        colours: Literal["standard"] | None = "standard" if self._colour else None
        console = Console(width=width, highlight=False, force_terminal=True, color_system=colours)
        table = Folding(box=None, pad_edge=False, header_style="bold")
        for name, may_fold in zip(self._columns, foldable, strict=True):
            table.add_column(name, overflow="fold", no_wrap=not may_fold)
        for row in rows:
            table.add_row(*[Text(row[name]) for name in self._columns])
        with console.capture() as captured:
            console.print(table)
        yield from (line.rstrip() for line in captured.get().rstrip("\n").split("\n"))


def _words(rows: Iterable[Row], column: str) -> Iterator[str]:
    for row in rows:
        yield from row[column].split()


def values(row: Row, *, colour: bool = False) -> Iterator[str]:
    """Yield the values of one row, a line for each."""
    width = max(map(cell_len, row), default=0)
    for name, text in row.items():
        padding = " " * (width - cell_len(name))
        shown = f"\x1b[2m{name}\x1b[0m" if colour else name
        yield f"{shown}{padding}{GAP}{text}".rstrip()
