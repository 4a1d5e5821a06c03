"""The ``frontdesk`` command: the operator's door to the same services as every wire's."""

import click

from app import __version__
from app.cli import access, grants, invitations, mail, server, sessions, teams, tokens, users, websites


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="frontdesk")
def cli() -> None:
    """
    Administer the people of self-hosted web analytics.

    Exit codes: 0 done, 1 refused, 2 wrong usage, 3 settings or database cannot be used.
    """


for command in (server.serve, server.setup, server.config, server.database, access.command):
    cli.add_command(command)
for module in (users, teams, websites, grants, invitations, sessions, tokens, mail):
    cli.add_command(module.group)


def main() -> None:
    """Entry point of the command."""
    cli(prog_name="frontdesk")
