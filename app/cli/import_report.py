"""What an import did: counts, and remarks on single rows."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

import click

from app.cli.output import is_csv, print_json, show_list, show_table
from app.domain.pagination import Page
from app.services.files.importing import LineRemark
from app.services.importing.report import Outcome, Remark

COUNTS = ("kind", *[outcome.value for outcome in Outcome])
MOST_SHOWN = 100
"""How many remarks are printed to read."""


def columns_of(remark: type[Remark | LineRemark]) -> list[str]:
    """Return the columns of a list of such remarks."""
    return [field.name for field in fields(remark)]


def show_report(
    counts: Mapping[str, Mapping[str, int]],
    page: Page[Any],
    columns: Sequence[str],
    *,
    as_json: bool,
    **facts: Any,
) -> None:
    """
    Print counts by kind and the first remarks. JSON has all of the given remarks, and CSV has nothing else.

    :param page: remarks, and how many there are in all
    :param facts: what else JSON has
    """
    if as_json:
        print_json({**facts, "counts": counts, "rows": [asdict(remark) for remark in page.rows]})
        return
    if is_csv():
        show_list([page], columns, as_json=False)
        return
    if counts:
        show_table([{"kind": kind, **numbers} for kind, numbers in counts.items()], COUNTS)
    if page.rows:
        click.echo()
        show_list([Page(page.rows[:MOST_SHOWN], page.total)], columns, as_json=False)
