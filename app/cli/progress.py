"""Progress bars on standard error, in a terminal only."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import click

from app.cli.output import is_quiet

Advance = Callable[[str, int, int | None], None]


@contextmanager
def progress_bars() -> Iterator[Advance]:
    """Yield a function that is called with a name, how much is done and how much there is; each name has a bar."""
    if not sys.stderr.isatty() or is_quiet():
        yield lambda _name, _done, _total: None
        return
    with ExitStack() as stack:
        bars: dict[str, Any] = {}

        def advance(name: str, done: int, total: int | None) -> None:
            if name not in bars:
                stack.close()  # which ends the line of the bar before
                made: Any = click.progressbar(length=total or 0, label=f"{name:<12}", file=sys.stderr)
                bars[name] = stack.enter_context(made)
            bars[name].update(done - bars[name].pos)

        yield advance
