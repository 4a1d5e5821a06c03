"""What surrounds every command: the app's context, and one line with an exit code for whatever goes wrong."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import click
from alembic.util import CommandError

from app import create_app
from app.cli.error_texts import text_of, unusable
from app.db.errors import reason_of
from app.domain.errors import DatabaseUnavailable, DomainError
from app.settings import ConfigError

P = ParamSpec("P")
R = TypeVar("R")

UNUSABLE = 3
"""Exit code: settings or database cannot be used. 1 is for refusals; 2 is click's, for usage."""


class Unusable(click.ClickException):
    """Settings or database cannot be used."""

    exit_code = UNUSABLE


def guarded(command: Callable[P, R]) -> Callable[P, R]:
    """
    The same command, within the app's context; refusals and failures end it with one line and an exit code.

    The app is made here and not before, so that help needs neither settings nor a database.
    """

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            app = click.get_current_context().obj or create_app()
            with app.app_context():
                try:
                    return command(*args, **kwargs)
                except DomainError as error:
                    kind = Unusable if isinstance(error, DatabaseUnavailable) else click.ClickException
                    raise kind(text_of(error)) from error
                except Exception as error:
                    reason = reason_of(error)
                    if reason is None:
                        raise
                    raise Unusable(unusable(reason)) from error
        except CommandError as error:  # Alembic's: there is no such revision
            raise click.ClickException(str(error)) from error
        except ConfigError as error:
            raise Unusable(str(error)) from error
        except OSError as error:
            place = f": {error.filename}" if error.filename else ""
            raise Unusable(f"{error.strerror or error}{place}") from error

    return run
