"""A group with earlier names of its commands, which stay valid but are not listed."""

from collections.abc import Mapping
from typing import Any

import click


class Aliases(click.Group):
    """
    A group of commands.

    :param aliases: for each earlier name of a command its present one
    """

    def __init__(self, *given: Any, aliases: Mapping[str, str], **options: Any) -> None:
        super().__init__(*given, **options)
        self._aliases = aliases

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by its present or an earlier name."""
        return super().get_command(ctx, self._aliases.get(cmd_name, cmd_name))
