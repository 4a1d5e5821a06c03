"""The ``frontdesk`` command: the operator's door to the same services as every wire's."""

import sys

import click
import structlog

from app import __version__
from app.cli import access, grants, invitations, mail, server, sessions, teams, tokens, users, websites
from app.cli.guard import CommandLine


@click.group(cls=CommandLine, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="frontdesk")
def cli() -> None:
    """
    Administer the people of self-hosted web analytics.

    \b
    Exit codes:
      0  done
      1  refused, or aborted at a question
      2  wrong usage
      3  settings, database or a file cannot be used
      4  what was named is not there
      5  in conflict with what is there, as a name that is taken
      6  a value that breaks a rule
      7  not possible now; try again later

    With --json, errors are JSON as well, on standard error:
    {"error": {"code": "already-exists", "message": "…", "field": "username"}}
    """


for command in (server.serve, server.setup, server.config, server.database, access.command):
    cli.add_command(command)
for module in (users, teams, websites, grants, invitations, sessions, tokens, mail):
    cli.add_command(module.group)


def main() -> None:
    """Entry point of the command. Standard output is for data alone: what is logged meanwhile goes aside."""
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(sys.stderr))
    cli(prog_name="frontdesk")
