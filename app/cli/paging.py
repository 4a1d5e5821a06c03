"""``--page`` and ``--page-size``, wherever there is a list."""

from collections.abc import Callable
from typing import Any

import click


def page_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Which part of a list to print."""
    size = click.IntRange(1, 1000)
    command = click.option("--page-size", type=size, default=100, show_default=True, help="Rows of a page.")(command)
    return click.option("--page", type=click.IntRange(1), default=1, show_default=True, help="Which page.")(command)
