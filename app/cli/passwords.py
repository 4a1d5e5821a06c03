"""Passwords at the command line: asked for without echo, read from standard input, or made up."""

import secrets
import sys
from collections.abc import Callable
from typing import Any

import click


def password_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--password-stdin`` and ``--generate``; without them the password is asked for."""
    command = click.option("--generate", is_flag=True, help="Make a password up, and print it once.")(command)
    return click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")(command)


def read_password(*, password_stdin: bool, generate: bool) -> tuple[str, bool]:
    """A password, and whether it was made up and has to be shown."""
    if generate and password_stdin:
        raise click.UsageError("--generate and --password-stdin exclude each other.")
    if generate:
        return secrets.token_urlsafe(12), True
    if password_stdin:
        return sys.stdin.readline().removesuffix("\n").removesuffix("\r"), False
    if not sys.stdin.isatty():
        raise click.UsageError("Nobody to ask for a password here: use --password-stdin or --generate.")
    return click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True), False
