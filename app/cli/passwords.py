"""Passwords at the command line: asked for without echo, read from standard input, or made up."""

import secrets
import sys
from collections.abc import Callable
from typing import Any

import click

from app.domain.errors import NotUnicode


def password_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--password-stdin`` and ``--generate``; without them the password is asked for."""
    command = click.option("--generate", is_flag=True, help="Make a password up, and print it once.")(command)
    return click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")(command)


LINE_MAX_BYTES = 4096
"""Far more than a password may have."""


def read_password(*, password_stdin: bool, generate: bool) -> tuple[str, bool]:
    """A password, and whether it was made up and has to be shown."""
    if generate and password_stdin:
        raise click.UsageError("--generate and --password-stdin exclude each other.")
    if generate:
        return secrets.token_urlsafe(12), True
    if password_stdin:
        return _line_from_stdin(), False
    if not sys.stdin.isatty():
        raise click.UsageError("Nobody to ask for a password here: use --password-stdin or --generate.")
    return click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True), False


def _line_from_stdin() -> str:
    """
    The first line, without its end, in UTF-8 whatever the locale: bytes that are none would become a password that
    nobody can type again.

    :raises NotUnicode: it is not UTF-8
    """
    line = sys.stdin.buffer.readline(LINE_MAX_BYTES)
    try:
        return line.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError as error:
        raise NotUnicode("password") from error
