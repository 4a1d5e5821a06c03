"""``frontdesk import …``"""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from uuid import UUID

import click

from app.cli.guard import guarded
from app.cli.import_file import ImportGroup, import_file
from app.cli.output import is_csv, json_option, print_json, show_list, show_table
from app.cli.progress import progress_bars
from app.domain.actor import OPERATOR
from app.domain.pagination import Page
from app.services.importing import umami as umami_import
from app.services.importing.report import Kind, Outcome, Remark, Report
from app.services.importing.run import Options
from app.services.users import accounts

COUNTS = ("kind", *[outcome.value for outcome in Outcome])
REMARKS = ("kind", "id", "name", "outcome", "code", "reason")
MOST_SHOWN = 100
"""How many remarks are printed to read; JSON and CSV have all of them."""


@click.group("import", cls=ImportGroup, context_settings={"ignore_unknown_options": True})
def group() -> None:
    """
    Import users and websites from a file or another program.

    "frontdesk import users.csv" is short for "frontdesk import file users.csv".
    """


group.add_command(import_file)


def import_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that all sources have."""
    command = click.option("--owner", metavar="USER", help="Who gets websites that belong to no imported user.")(
        command
    )
    return click.option("--update", is_flag=True, help="Change what is here already to be as in the source.")(command)


@group.command("umami")
@click.option(
    "--from",
    "url",
    metavar="URL",
    envvar="UMAMI_DATABASE_URL",
    show_envvar=True,
    required=True,
    help="The DATABASE_URL of Umami, whose database is only read.",
)
@click.option("--same-names", is_flag=True, help="Take accounts here with the same username for the same users.")
@import_options
@json_option
@guarded
def umami(url: str, same_names: bool, owner: str | None, update: bool, as_json: bool) -> None:
    """
    Copy users, teams, websites and shares from Umami's database.

    This works with Umami 3.1 and later. Ids, passwords, access codes and
    dates stay as they are. The command can be repeated at any time.
    """
    options = Options(update=update, same_names=same_names, owner_id=_user_id(owner))
    with progress_bars() as on_progress:
        imported = umami_import.import_umami(OPERATOR, url, options, on_progress=on_progress)
    _show(imported.report, f"Umami {imported.release}", as_json=as_json)


def _user_id(name: str | None) -> UUID | None:
    return None if name is None else accounts.find_user(OPERATOR, name).id


def _show(report: Report, source: str, *, as_json: bool) -> None:
    counts = {kind.value: counted for kind in Kind if any((counted := report.of(kind)).values())}
    remarks = sorted(report.remarks, key=_place)
    if as_json:
        print_json({"source": source, "counts": counts, "rows": [asdict(remark) for remark in remarks]})
    elif is_csv():
        show_list([Page(remarks, len(remarks))], REMARKS, as_json=False)
    else:
        show_table([{"kind": kind, **numbers} for kind, numbers in counts.items()], COUNTS)
        if remarks:
            click.echo()
            show_list([Page(remarks[:MOST_SHOWN], len(remarks))], REMARKS, as_json=False)


def _place(remark: Remark) -> tuple[int, str]:
    return list(Kind).index(remark.kind), remark.outcome
