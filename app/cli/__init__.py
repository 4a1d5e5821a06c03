"""The ``frontdesk`` command, which calls the same services as the HTTP APIs, on behalf of the operator."""

import sys

import click
import structlog

from app import __version__
from app.cli import (
    access,
    completion,
    doctor,
    examples,
    grants,
    invitations,
    mail,
    server,
    sessions,
    teams,
    tokens,
    users,
    websites,
)
from app.cli.guard import CommandLine


@click.group(cls=CommandLine, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="frontdesk")
def cli() -> None:
    """
    Manage users, teams and access for self-hosted web analytics.

    \b
    Exit codes:
      0  success
      1  failed, or aborted at a prompt
      2  wrong usage
      3  a setting, the database or a file cannot be used
      4  not found
      5  conflict with existing data, such as a name that is taken
      6  a value breaks a rule
      7  temporarily unavailable; try again later

    With --json, errors are printed as JSON on standard error:
    {"error": {"code": "already-exists", "message": "…", "field": "username"}}
    """


for command in (
    server.serve,
    server.setup,
    server.config,
    server.database,
    access.command,
    doctor.doctor,
    completion.completion,
    examples.show_help,
):
    cli.add_command(command)
for module in (users, teams, websites, grants, invitations, sessions, tokens, mail):
    cli.add_command(module.group)


def main() -> None:
    """Run the command line. Log messages go to standard error, so that standard output holds only data."""
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(sys.stderr))
    cli(prog_name="frontdesk")
