"""Runs every command in an application context, and ends it with a one-line message and an exit code on errors."""

import sys
from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import click
from alembic.util import CommandError

from app import create_app
from app.cli.error_texts import text_of, unusable
from app.cli.failures import DATABASE, Failure
from app.db.errors import reason_of
from app.domain.errors import DomainError, NotUnicode
from app.domain.text import is_unicode
from app.settings import ConfigError

P = ParamSpec("P")
R = TypeVar("R")

JSON = "--json"


class CommandLine(click.Group):
    """A command group that prints all errors as JSON, including those about usage, when ``--json`` is given."""

    def main(self, *given: Any, **options: Any) -> Any:
        """Run the command and exit."""
        arguments = given[0] if given else options.get("args")
        if not _wants_json(sys.argv[1:] if arguments is None else arguments):
            return super().main(*given, **options)
        try:
            code = super().main(*given, **options | {"standalone_mode": False})
        except click.Abort as error:
            _end(Failure.of(error, "Aborted."))
        except click.ClickException as error:
            _end(error if isinstance(error, Failure) else Failure.of_usage(error))
        sys.exit(code)


def _wants_json(arguments: Sequence[str]) -> bool:
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return JSON in options


def _end(failure: Failure) -> None:
    click.echo(failure.as_json(), err=True)
    sys.exit(failure.exit_code)


def guarded(command: Callable[P, R]) -> Callable[P, R]:
    """
    Wrap a command so that it runs in an application context and reports errors as a ``Failure``.

    The application is created when the command runs, so that ``--help`` needs neither settings nor a database.
    """

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            app = click.get_current_context().obj or create_app()
            with app.app_context():
                try:
                    _require_unicode(kwargs)
                    return command(*args, **kwargs)
                except DomainError as error:
                    raise Failure.of(error, text_of(error)) from error
                except Exception as error:
                    reason = reason_of(error)
                    if reason is None:
                        raise
                    raise Failure(unusable(reason), DATABASE) from error
        except UnicodeDecodeError as error:
            raise Failure.of(error, "The input is not valid UTF-8.") from error
        except (CommandError, ConfigError) as error:
            raise Failure.of(error, str(error)) from error
        except OSError as error:
            place = f": {error.filename}" if error.filename else ""
            raise Failure.of(error, f"{error.strerror or error}{place}") from error

    return run


def _require_unicode(values: dict[str, Any]) -> None:
    """Reject arguments that neither a database nor a file could store, before the command does anything."""
    for name, value in values.items():
        if not all(map(is_unicode, _texts(value))):
            raise NotUnicode(name)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _texts(part)
