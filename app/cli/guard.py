"""Runs every command in an application context, and ends it with a one-line message and an exit code on errors."""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import click

from app import create_core
from app.cli.error_texts import text_of, unusable
from app.cli.failures import DATABASE, Failure
from app.db.errors import reason_of
from app.domain.errors import DomainError, NotUnicode
from app.domain.text import is_unicode
from app.settings import ConfigError

P = ParamSpec("P")
R = TypeVar("R")


def guarded(command: Callable[P, R]) -> Callable[P, R]:
    """
    Wrap a command so that it runs in an application context and reports errors as a ``Failure``.

    The application is created when the command runs, so that ``--help`` needs neither settings nor a database.
    """

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            app = click.get_current_context().obj or create_core()
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
        except ConfigError as error:
            raise Failure.of(error, str(error)) from error
        except BrokenPipeError:
            raise  # the reader of a pipe has had enough; click ends the command quietly
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
