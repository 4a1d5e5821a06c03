"""The ``frontdesk`` command: the operator's door to the same services as every wire's."""

import sys

import click

from app import __version__, create_app
from app.cli import server, sessions, teams, users, websites
from app.cli.output import UNAVAILABLE
from app.config import ConfigError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="frontdesk")
@click.pass_context
def cli(context: click.Context) -> None:
    """
    Administer the people of self-hosted web analytics.

    Exit codes: 0 done, 1 refused, 2 wrong usage, 3 settings or database cannot be used.
    """
    if {"-h", "--help"} & set(sys.argv[1:]):
        return
    app = create_app()
    context.with_resource(app.app_context())


cli.add_command(server.serve)
cli.add_command(server.setup)
cli.add_command(server.config)
cli.add_command(server.database)
for module in (users, teams, websites, sessions):
    cli.add_command(module.group)


def main() -> None:
    """Entry point of the command."""
    try:
        cli()
    except ConfigError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(UNAVAILABLE)
