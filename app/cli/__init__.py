"""The ``frontdesk`` command, which calls the same services as the HTTP APIs, on behalf of the operator."""

import click

from app import __version__
from app.cli.lazy import CommandLine
from app.cli.remote.target import server_options

COMMANDS = {
    "access": ("app.cli.access", "command", "List the websites a user can access, and why."),
    "adopt": ("app.cli.adopt", "adopt", "Serve a database that Umami made, and goes on using."),
    "apply": ("app.cli.state", "apply", "Change the database to the state in a file."),
    "audit": ("app.cli.audit", "group", "Read, check and prune the audit log."),
    "completion": ("app.cli.completion", "completion", "Print a completion script for your shell."),
    "config": ("app.cli.server", "config", "Show the effective settings; secrets are masked."),
    "db": ("app.cli.server", "database", "Manage the database schema."),
    "demo": ("app.cli.demo", "demo", "Fill the database with made-up users and websites."),
    "doctor": ("app.cli.doctor", "doctor", "Check the installation, and say what to do."),
    "export": ("app.cli.export", "export", "Print users, teams, websites and grants."),
    "grants": ("app.cli.grants", "group", "Manage access granted directly on websites."),
    "help": ("app.cli.examples", "show_help", "List all commands with an example each, or explain one."),
    "import": ("app.cli.importing", "group", "Import users and websites from a file or another program."),
    "invitations": ("app.cli.invitations", "group", "Manage invitations."),
    "keys": ("app.cli.keys", "group", "Manage API keys."),
    "mail": ("app.cli.mail", "group", "Manage the outbox, and test the mail server."),
    "plan": ("app.cli.state", "plan", 'Show what "frontdesk apply" would change.'),
    "purge": ("app.cli.purge", "purge", "Delete what has expired."),
    "serve": ("app.cli.server", "serve", "Run the server until Ctrl-C or SIGTERM."),
    "sessions": ("app.cli.sessions", "group", "Manage sessions of logged-in users."),
    "setup": ("app.cli.server", "setup", "Prepare folder, database and first administrator."),
    "teams": ("app.cli.teams", "group", "Manage teams and their members."),
    "tokens": ("app.cli.tokens", "group", "Manage access tokens for scripts."),
    "users": ("app.cli.users", "group", "Manage user accounts."),
    "webhooks": ("app.cli.webhooks", "group", "Manage webhooks, and try them."),
    "websites": ("app.cli.websites", "group", "Manage websites."),
}
"""Module, attribute and summary of each command; a test compares the summaries with the commands' own."""


@click.group(cls=CommandLine, lazy=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="frontdesk")
@server_options
def cli() -> None:
    """
    Manage users, teams and access for self-hosted web analytics.

    Commands work on the database here, or with --server and an API key on a
    running server. FRONTDESK_SERVER and FRONTDESK_API_KEY say the same.

    \b
    Example:
      frontdesk --server https://frontdesk.example.com users list

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


def main() -> None:
    """Run the command line."""
    cli(prog_name="frontdesk")
