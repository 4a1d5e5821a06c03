"""``frontdesk help``: every command, each with an example."""

from collections.abc import Iterator

import click

from app.cli.lazy import CommandLine

WEBHOOK, DELIVERY = "019ac1f0-6d1c-7e43-9c53-0d2f35c1a001", "019ac1f2-11a0-7b52-8f6a-4a4be63f0b02"
EXAMPLES = {
    "access": "frontdesk access ada",
    "adopt": "frontdesk adopt --check",
    "apply": "frontdesk apply state.yaml",
    "audit export": "frontdesk audit export",
    "audit list": "frontdesk audit list --action role-changed",
    "audit prune": "frontdesk audit prune --before 2020-01-01",
    "audit verify": "frontdesk audit verify",
    "completion": 'eval "$(frontdesk completion bash)"',
    "config": "frontdesk config",
    "db current": "frontdesk db current",
    "db downgrade": "frontdesk db downgrade 0007",
    "db upgrade": "frontdesk db upgrade",
    "demo": "frontdesk demo --users 1000",
    "doctor": "frontdesk doctor",
    "export": "frontdesk export --format csv",
    "grants delete": 'frontdesk grants delete ada "Our site"',
    "grants list": 'frontdesk grants list --website "Our site"',
    "grants set": 'frontdesk grants set ada "Our site" view',
    "help": "frontdesk help users create",
    "import file": "frontdesk import file - --dry-run",
    "import matomo": "frontdesk import matomo --url https://matomo.example --dry-run",
    "import umami": "frontdesk import umami --from postgresql://umami@localhost/umami",
    "invitations create": "frontdesk invitations create ada --email ada@example.com",
    "invitations list": "frontdesk invitations list",
    "invitations resend": "frontdesk invitations resend ada",
    "invitations revoke": "frontdesk invitations revoke ada",
    "invitations show": "frontdesk invitations show ada",
    "keys create": 'frontdesk keys create deploy "Nightly import" --scope users:write --days 90',
    "keys list": "frontdesk keys list deploy",
    "keys revoke": "frontdesk keys revoke deploy --all",
    "mail list": "frontdesk mail list",
    "mail retry": "frontdesk mail retry",
    "mail send": "frontdesk mail send",
    "mail test": "frontdesk mail test you@example.com",
    "plan": "frontdesk plan state.yaml --prune",
    "purge": "frontdesk purge --dry-run",
    "serve": "frontdesk serve --port 8123",
    "sessions list": "frontdesk sessions list ada",
    "sessions prune": "frontdesk sessions prune",
    "sessions revoke": "frontdesk sessions revoke ada --all",
    "setup": "frontdesk setup",
    "teams add-member": "frontdesk teams add-member Blue ada --role team-manager",
    "teams create": "frontdesk teams create Blue --owner ada",
    "teams delete": "frontdesk teams delete Blue",
    "teams list": "frontdesk teams list",
    "teams list-members": "frontdesk teams list-members Blue",
    "teams remove-member": "frontdesk teams remove-member Blue ada",
    "teams show": "frontdesk teams show Blue",
    "teams update": "frontdesk teams update Blue --name Navy",
    "teams update-member": "frontdesk teams update-member Blue ada team-manager",
    "tokens create": 'frontdesk tokens create ada "Monthly report" --days 365',
    "tokens list": "frontdesk tokens list ada",
    "tokens prune": "frontdesk tokens prune",
    "tokens revoke": "frontdesk tokens revoke ada --all",
    "users create": "frontdesk users create ada --generate",
    "users delete": "frontdesk users delete ada --transfer-to bob",
    "users disable": "frontdesk users disable ada",
    "users enable": "frontdesk users enable ada",
    "users inactive": "frontdesk users inactive --days 90",
    "users list": "frontdesk users list --search ad",
    "users reset-2fa": "frontdesk users reset-2fa ada",
    "users reset-link": "frontdesk users reset-link ada",
    "users restore": "frontdesk users restore ada",
    "users set-password": "frontdesk users set-password ada",
    "users show": "frontdesk users show ada@example.com",
    "users update": "frontdesk users update ada --username countess --role admin",
    "webhooks create": "frontdesk webhooks create https://example.com/hook --event users --event grants",
    "webhooks delete": f"frontdesk webhooks delete {WEBHOOK}",
    "webhooks deliveries": f"frontdesk webhooks deliveries {WEBHOOK}",
    "webhooks list": "frontdesk webhooks list",
    "webhooks redeliver": f"frontdesk webhooks redeliver {WEBHOOK} {DELIVERY}",
    "webhooks rotate-secret": f"frontdesk webhooks rotate-secret {WEBHOOK}",
    "webhooks test": f"frontdesk webhooks test {WEBHOOK}",
    "webhooks update": f"frontdesk webhooks update {WEBHOOK} --enable",
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
    """Yield all listed commands that are no groups, by their names: ``users create``."""
    if isinstance(command, CommandLine):
        command.load()
    if isinstance(command, click.Group):
        for name, child in sorted(command.commands.items()):
            yield from leaves(child, f"{path} {name}".strip())
    elif not command.hidden:
        yield path, command
