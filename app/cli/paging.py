"""``--page`` and ``--page-size``, for every command that prints a list."""

from collections.abc import Callable
from typing import Any

import click


def page_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options ``--page`` and ``--page-size`` to a command."""
    size = click.IntRange(1, 1000)
    command = click.option("--page-size", type=size, default=100, show_default=True, help="Rows per page.")(command)
    return click.option("--page", type=click.IntRange(1), default=1, show_default=True, help="Page number.")(command)
