"""``frontdesk export``"""

from collections.abc import Collection, Iterator

import click

from app.cli.guard import guarded
from app.cli.remote.limits import SECRETS, only_here
from app.cli.remote.target import target_in_use
from app.cli.services import file_exporting, state_exporting
from app.domain.actor import OPERATOR
from app.services.files.columns import NAMES
from app.services.importing.report import Kind

JSONL, CSV, STATE = FORMATS = ("jsonl", "csv", "state")


@click.command("export")
@click.option("--format", "form", type=click.Choice(FORMATS), default=JSONL, show_default=True, help="The format.")
@click.option(
    "--only",
    type=click.Choice(list(NAMES)),
    multiple=True,
    help="Only rows of this kind. Can be given several times.",
)
@click.option("--secrets", is_flag=True, help="Include password hashes and the access codes of teams.")
@guarded
def export(form: str, only: tuple[str, ...], secrets: bool) -> None:
    """
    Print users, teams, websites and grants.

    The formats "jsonl" (lines of JSON) and "csv" are for "frontdesk import".
    They have all that is not deleted, as it was at one moment.

    The format "state" is YAML for "frontdesk plan" and "frontdesk apply".
    It has no secrets.
    """
    if form == STATE and (only or secrets):
        raise click.UsageError("--only and --secrets are for the formats jsonl and csv.")
    target = target_in_use()
    if secrets and target is not None:
        raise only_here("export --secrets", SECRETS, target)
    for part in _state() if form == STATE else _rows(form, {NAMES[name] for name in only or NAMES}, secrets=secrets):
        click.echo(part, nl=False)


def _rows(form: str, kinds: Collection[Kind], *, secrets: bool) -> Iterator[bytes]:
    from app.cli.rows import csv_lines, json_lines  # here, because the other format does not need them

    rows = file_exporting.export_rows(OPERATOR, kinds, secrets=secrets)
    return json_lines(rows) if form == JSONL else csv_lines(rows, kinds, secrets=secrets)


def _state() -> Iterator[str]:
    yield from state_exporting.export_state(OPERATOR)
