"""Passwords on the command line: prompted for without echo, read from standard input, or generated."""

import sys
from collections.abc import Callable
from typing import Any, BinaryIO

import click

from app.domain.errors import NotUnicode
from app.security.tokens import new_code


def password_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options ``--password-stdin`` and ``--generate``; without them, the command prompts for a password."""
    command = click.option("--generate", is_flag=True, help="Generate a password, and print it once.")(command)
    return click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")(command)


LINE_MAX_BYTES = 4096
"""Far more than the longest password allowed."""


def read_password(*, password_stdin: bool, generate: bool) -> tuple[str, bool]:
    """Return a password, and whether it was generated and must be shown."""
    if generate and password_stdin:
        raise click.UsageError("--generate and --password-stdin cannot be combined.")
    if generate:
        return new_code(), True
    if password_stdin:
        return first_line(sys.stdin.buffer), False
    if not sys.stdin.isatty():
        raise click.UsageError("Cannot prompt for a password without a terminal: use --password-stdin or --generate.")
    return click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True), False


def first_line(stream: BinaryIO) -> str:
    """
    Return the first line without its line ending, decoded as UTF-8 in any locale. Other bytes would make a password
    that cannot be typed again.

    :raises NotUnicode: the line is not UTF-8
    """
    line = stream.readline(LINE_MAX_BYTES)
    try:
        return line.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError as error:
        raise NotUnicode("password") from error
