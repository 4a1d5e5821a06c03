"""
Runs every command in an application context, or for another server with a client, and ends it with a one-line message
and an exit code on errors.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import click

from app.cli.error_texts import text_of, unusable
from app.cli.failures import DATABASE, Failure
from app.cli.output import warn
from app.cli.remote.answers import is_about_answer, not_understood
from app.cli.remote.limits import INSTALLATION, NOT_REMOTE, name_of, only_here
from app.cli.remote.target import CLIENT, options_of, server_options, target_in_use, target_of
from app.domain.errors import DomainError, NotUnicode
from app.domain.text import is_unicode
from app.settings import ConfigError

P = ParamSpec("P")
R = TypeVar("R")


def guarded(command: Callable[P, R]) -> Callable[P, R]:
    """
    Wrap a command so that it runs in an application context and reports errors as a ``Failure``; with a server to work
    on, it gets a client instead.

    The application is created when the command runs, so that ``--help`` needs neither settings nor a database.
    """

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            with _place_to_work(click.get_current_context()):
                try:
                    _require_unicode(kwargs)
                    return command(*args, **kwargs)
                except DomainError as error:
                    raise Failure.of(error, text_of(error)) from error
                except Exception as error:
                    failure = _failure_for(error)
                    if failure is None:
                        raise
                    raise failure from error
        except UnicodeDecodeError as error:
            raise Failure.of(error, "The input is not valid UTF-8.") from error
        except ConfigError as error:
            raise Failure.of(error, str(error)) from error
        except BrokenPipeError:
            raise  # the reader of a pipe has had enough; click ends the command quietly
        except OSError as error:
            place = f": {error.filename}" if error.filename else ""
            raise Failure.of(error, f"{error.strerror or error}{place}") from error

    server_options(run, hidden=True)
    return run


@contextmanager
def _place_to_work(context: click.Context) -> Iterator[None]:
    """Provide the application, or the client for another server."""
    name, options = name_of(context), options_of(context)
    installs = name in INSTALLATION and not ("server" in options or "profile" in options)
    target = None if installs else target_of(options)
    if target is None:
        from app import create_core  # takes long, and work on another server does not need it

        with (context.obj or create_core()).app_context():
            yield
        return
    if name in NOT_REMOTE:
        raise only_here(name, NOT_REMOTE[name], target)
    from app.cli.remote.client import Client  # commands here do not need it

    if target.is_unprotected:
        warn(f"{target.url} is not encrypted, so others on the way can read the API key. Use https.")
    with Client(target) as client:
        context.meta[CLIENT] = client
        yield


def _failure_for(error: Exception) -> Failure | None:
    """Return the failure if a database or a server did not do as expected; None if the error is ours."""
    target = target_in_use()
    if target is not None:
        return not_understood(target) if is_about_answer(error) else None
    from app.db.errors import reason_of

    reason = reason_of(error)
    return None if reason is None else Failure(unusable(reason), DATABASE)


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
