"""Commands that do not work on another server, and why not."""

from collections.abc import Iterator

import click

from app.cli.failures import KINDS, Failure
from app.cli.remote.target import Target

HERE = "It is about this installation."
KEYS = "API keys cannot manage keys and tokens."
SECRETS = "Password hashes and access codes do not leave it in a file."
SERVERS_OWN = "A running server does this by itself."
VERIFIES = "Only the server has the keys of the hashes."
INSTALLATION = frozenset(
    {
        "adopt",
        "completion",
        "db current",
        "db downgrade",
        "db upgrade",
        "doctor",
        "help",
        "serve",
        "setup",
    }
)
"""Commands that work here even if the environment or a profile names a server."""
NOT_REMOTE: dict[str, str] = {
    **dict.fromkeys(INSTALLATION, HERE),
    "audit prune": "Only the operator of the server can delete events.",
    "audit verify": VERIFIES,
    "demo": "It is for trying things out.",
    "import matomo": "It reads another program.",
    "import umami": "It reads another database.",
    "keys create": KEYS,
    "keys list": KEYS,
    "keys revoke": KEYS,
    "mail list": HERE,
    "mail retry": HERE,
    "mail send": SERVERS_OWN,
    "mail test": HERE,
    "purge": SERVERS_OWN,
    "sessions prune": SERVERS_OWN,
    "tokens create": KEYS,
    "tokens list": KEYS,
    "tokens prune": SERVERS_OWN,
    "tokens revoke": KEYS,
}


def only_here(name: str, why: str, target: Target) -> Failure:
    """Return the failure of a command, or a way to call one, that does not work on another server."""
    text = f"frontdesk {name} works only on the server itself. {why}"
    if not target.chosen_by.startswith("--"):
        text += f" To run it here, in spite of {target.chosen_by}, add --local."
    return Failure(text, KINDS[click.UsageError])


def name_of(context: click.Context) -> str:
    """Return the name of a command: ``users list``, also if it was called by an earlier name."""
    return " ".join(reversed([str(found.command.name) for found in _up(context)][:-1]))


def _up(context: click.Context | None) -> Iterator[click.Context]:
    while context is not None:
        yield context
        context = context.parent
