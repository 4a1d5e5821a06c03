"""What surrounds every command: the app's context, and one line with an exit code for whatever goes wrong."""

import re
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import click
from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

from app import create_app
from app.domain.errors import DomainError, Invalid
from app.runtime import runtime
from app.settings import ConfigError, masked_url

P = ParamSpec("P")
R = TypeVar("R")

UNUSABLE = 3
"""Exit code: settings or database cannot be used. 1 is for refusals; 2 is click's, for usage."""
UNDEFINED_TABLE = "42P01"
LIMIT = re.compile(r"Too (?:small|big): expected string to have ([<>])=(\d+) ([a-z]+)(.*)")


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
                except SQLAlchemyError as error:
                    raise Unusable(f"The database cannot be used: {_reason(error)}") from error
        except Invalid as error:
            raise click.ClickException(_readable(error)) from error
        except DomainError as error:
            raise click.ClickException(error.message) from error
        except CommandError as error:  # Alembic's: there is no such revision
            raise click.ClickException(str(error)) from error
        except ConfigError as error:
            raise Unusable(str(error)) from error
        except OSError as error:
            place = f": {error.filename}" if error.filename else ""
            raise Unusable(f"{error.strerror or error}{place}") from error

    return run


def _reason(error: SQLAlchemyError) -> str:
    original = getattr(error, "orig", None) or error
    reason = str(original).strip().partition("\n")[0]
    if "no such table" in reason or getattr(original, "sqlstate", None) == UNDEFINED_TABLE:
        return f"{reason} (is it migrated? frontdesk db upgrade)"
    if "unable to open database file" in reason:
        return f"{reason} ({masked_url(runtime().config.sqlalchemy_url)})"
    return reason


def _readable(error: Invalid) -> str:
    """What is wrong with a value; limits in words of ours."""
    label = error.field.replace("_", " ") if error.field else ""
    limit = LIMIT.fullmatch(error.message)
    if limit:
        sign, number, unit, rest = limit.groups()
        unit = unit.removesuffix("s") if number == "1" else unit
        text = f"must have at {'least' if sign == '>' else 'most'} {number} {unit}{rest}"
        return f"The {label} {text}." if label else f"It {text}."
    return f"{label}: {error.message}" if label else error.message
