"""``--page``, ``--page-size`` and ``--all``, for every command that prints a list."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

import click

from app.domain.pagination import Page, Window

MOST = 1000
"""The largest page, and the size of pages with ``--all``."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Paging:
    """Which pages of a list to print: one, or with ``everything`` all of them, one after the other."""

    page: int
    size: int
    everything: bool

    def pages(self, fetch: Callable[[Window], Page[T]]) -> Iterator[Page[T]]:
        """Yield the pages. Each is read when it is asked for, so that a long list is never in memory as a whole."""
        if not self.everything:
            yield fetch(Window.of_page(self.page, self.size))
            return
        seen = 0
        while True:
            page = fetch(Window(seen, MOST))
            yield page
            seen += len(page.rows)
            if not page.rows or seen >= page.total:
                return


def page_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options to a command, which gets them as ``paging``."""

    @wraps(command)
    def paged(*args: Any, page: int, page_size: int, everything: bool, **options: Any) -> Any:
        return command(*args, paging=Paging(page, page_size, everything), **options)

    for option in (
        click.option("--all", "everything", is_flag=True, help="Print all pages; --page and --page-size do not count."),
        click.option(
            "--page-size", type=click.IntRange(1, MOST), default=100, show_default=True, help="Rows per page."
        ),
        click.option("--page", type=click.IntRange(1), default=1, show_default=True, help="Page number."),
    ):
        paged = option(paged)
    return paged
