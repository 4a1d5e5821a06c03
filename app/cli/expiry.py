"""``--days``: when something that is created ends."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import click

DAYS_MAX = 36_500


def expiry_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--days`` to a command, which gets ``expires_at``: a time, or None for never."""
    return click.option(
        "--days",
        "expires_at",
        type=click.FloatRange(0, DAYS_MAX, min_open=True),
        callback=_in_days,
        help="Days until it expires; default: never.",
    )(command)


def _in_days(_context: click.Context, _parameter: click.Parameter, days: float | None) -> datetime | None:
    return None if days is None else datetime.now(UTC) + timedelta(days=days)
