"""``frontdesk help``: every command, each with an example."""

from collections.abc import Iterator

import click

from app.cli.lazy import CommandLine

EXAMPLES = {
    "access": "frontdesk access ada",
    "completion": 'eval "$(frontdesk completion bash)"',
    "config": "frontdesk config",
    "db current": "frontdesk db current",
    "db downgrade": "frontdesk db downgrade 0007",
    "db upgrade": "frontdesk db upgrade",
    "doctor": "frontdesk doctor",
    "grants list": 'frontdesk grants list --website "Our site"',
    "grants remove": 'frontdesk grants remove ada "Our site"',
    "grants set": 'frontdesk grants set ada "Our site" view',
    "help": "frontdesk help users create",
    "invitations create": "frontdesk invitations create ada --email ada@example.com",
    "invitations list": "frontdesk invitations list",
    "invitations resend": "frontdesk invitations resend ada",
    "invitations revoke": "frontdesk invitations revoke ada",
    "mail list": "frontdesk mail list",
    "mail retry": "frontdesk mail retry",
    "mail send": "frontdesk mail send",
    "mail test": "frontdesk mail test you@example.com",
    "serve": "frontdesk serve --port 8123",
    "sessions list": "frontdesk sessions list ada",
    "sessions prune": "frontdesk sessions prune",
    "sessions revoke": "frontdesk sessions revoke ada --all",
    "setup": "frontdesk setup",
    "teams add-member": "frontdesk teams add-member Blue ada --role team-manager",
    "teams create": "frontdesk teams create Blue --owner ada",
    "teams delete": "frontdesk teams delete Blue",
    "teams list": "frontdesk teams list",
    "teams members": "frontdesk teams members Blue",
    "teams remove-member": "frontdesk teams remove-member Blue ada",
    "teams set-member-role": "frontdesk teams set-member-role Blue ada team-manager",
    "teams show": "frontdesk teams show Blue",
    "tokens create": 'frontdesk tokens create ada "Monthly report" --days 365',
    "tokens list": "frontdesk tokens list ada",
    "tokens prune": "frontdesk tokens prune",
    "tokens revoke": "frontdesk tokens revoke ada --all",
    "users create": "frontdesk users create ada --generate",
    "users delete": "frontdesk users delete ada --transfer-to bob",
    "users list": "frontdesk users list --search ad",
    "users reset-2fa": "frontdesk users reset-2fa ada",
    "users reset-link": "frontdesk users reset-link ada",
    "users set-display-name": 'frontdesk users set-display-name ada "Ada L."',
    "users set-email": "frontdesk users set-email ada ada@example.com",
    "users set-password": "frontdesk users set-password ada",
    "users set-role": "frontdesk users set-role ada admin",
    "users set-username": "frontdesk users set-username ada countess",
    "users show": "frontdesk users show ada@example.com",
    "websites create": 'frontdesk websites create "Our site" example.org --team Blue',
    "websites delete": 'frontdesk websites delete "Our site"',
    "websites list": "frontdesk websites list --team Blue",
    "websites show": 'frontdesk websites show "Our site"',
    "websites update": 'frontdesk websites update "Our site" --domain example.com',
}


@click.command("help")
@click.argument("command", nargs=-1)
@click.pass_context
def show_help(context: click.Context, command: tuple[str, ...]) -> None:
    """List all commands with an example each, or explain one."""
    found, path = context.find_root().command, "frontdesk"
    for name in command:
        child = found.get_command(context, name) if isinstance(found, click.Group) else None
        if child is None:
            raise click.UsageError(f"No such command: {path} {name}. Run: frontdesk help")
        found, path = child, f"{path} {name}"
    if command:
        click.echo(found.get_help(click.Context(found, info_name=path)))
        return
    for name, leaf in leaves(found):
        click.echo(f"{leaf.get_short_help_str(limit=120)}\n    {EXAMPLES.get(name, f'frontdesk {name}')}\n")


def leaves(command: click.Command, path: str = "") -> Iterator[tuple[str, click.Command]]:
    """Yield all commands that are no groups, by their names: ``users create``."""
    if isinstance(command, CommandLine):
        command.load()
    if isinstance(command, click.Group):
        for name, child in sorted(command.commands.items()):
            yield from leaves(child, f"{path} {name}".strip())
    else:
        yield path, command
