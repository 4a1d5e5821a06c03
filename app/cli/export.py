"""``frontdesk export``"""

import click

from app.cli.guard import guarded
from app.domain.actor import OPERATOR


@click.command("export")
@click.option("--format", "kind", type=click.Choice(["state"]), default="state", show_default=True, help="The format.")
@guarded
def export(kind: str) -> None:
    """
    Print users, teams, websites and grants.

    The format "state" is YAML for "frontdesk plan" and "frontdesk apply".
    It has no secrets.
    """
    from app.services.state import exporting  # here, because other formats do not need it

    for part in exporting.export_state(OPERATOR):
        click.echo(part, nl=False)
