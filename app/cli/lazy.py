"""A command group that imports a command only when it runs, and prints errors as JSON if asked to."""

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from itertools import pairwise
from typing import Any

import click

JSON = "--json"


class CommandLine(click.Group):
    """
    The root of the command line. With ``--json``, all errors are printed as JSON, including those about usage.

    :param lazy: for each command its module, the attribute in it, and its summary
    """

    def __init__(self, *given: Any, lazy: Mapping[str, tuple[str, str, str]], **options: Any) -> None:
        super().__init__(*given, **options)
        self._lazy = dict(sorted(lazy.items()))

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return list(self._lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; None if there is none of that name."""
        if cmd_name in self._lazy and cmd_name not in self.commands:
            module, attribute, _ = self._lazy[cmd_name]
            self.add_command(getattr(import_module(module), attribute), cmd_name)
        return self.commands.get(cmd_name)

    def load(self) -> None:
        """Import all commands."""
        for name in self._lazy:
            self.get_command(click.Context(self), name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List all commands with their summaries, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, _, summary) in self._lazy.items()])

    def main(self, *given: Any, **options: Any) -> Any:
        """Run the command and exit."""
        if not options.get("standalone_mode", True):
            return super().main(*given, **options)
        arguments = given[0] if given else options.get("args")
        as_json = _wants_json(sys.argv[1:] if arguments is None else arguments)
        try:
            code = super().main(*given, **options | {"standalone_mode": False})
        except (click.Abort, click.ClickException) as error:
            code = _end(error, as_json=as_json)
        sys.exit(code)


def _wants_json(arguments: Sequence[str]) -> bool:
    options = list(arguments[: arguments.index("--")] if "--" in arguments else arguments)
    return JSON in options or "--output=json" in options or ["--output", "json"] in map(list, pairwise(options))


def _end(error: click.Abort | click.ClickException, *, as_json: bool) -> int:
    """Print how a command failed, and return its exit code."""
    if isinstance(error, click.ClickException) and not as_json:
        error.show()
        return error.exit_code
    from app.cli.failures import Failure

    if isinstance(error, click.Abort):
        failure = Failure.of(error, "Aborted.")
    else:
        failure = error if isinstance(error, Failure) else Failure.of_usage(error)
        if isinstance(error, click.UsageError):
            failure.exit_code = error.exit_code  # type: ignore[misc]  # commands can have one of their own
    click.echo(failure.as_json() if as_json else failure.message, err=True)
    return failure.exit_code
