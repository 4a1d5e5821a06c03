"""``frontdesk completion``."""

import click
from click.shell_completion import get_completion_class


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """
    Print a completion script for your shell.

    \b
    bash: eval "$(frontdesk completion bash)"       in ~/.bashrc
    zsh:  eval "$(frontdesk completion zsh)"        in ~/.zshrc
    fish: frontdesk completion fish | source        in config.fish
    """
    found = get_completion_class(shell)
    if found is None:
        raise click.ClickException(f"There is no completion for {shell}.")
    root = context.find_root()
    click.echo(found(root.command, {}, "frontdesk", "_FRONTDESK_COMPLETE").source())
