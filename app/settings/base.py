"""What every section of the settings is made of."""

from dataclasses import field
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
ROOT = Path(__file__).resolve().parent.parent.parent
PREFIX = "FRONTDESK_"
SECRET_FILE = "secret_key"  # noqa: S105 (a file's name)
NUMBER_MAX = 2**31 - 1
"""Larger numbers overflow in PostgreSQL, in the server or in a header, at the first use."""


class ConfigError(ValueError):
    """A setting that cannot be used; the message names it and says what is accepted."""


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def setting(
    default: T,
    text: str,
    *,
    secret: bool = False,
    least: float | None = None,
    most: float | None = None,
    choices: tuple[str, ...] = (),
) -> T:
    """A setting: its default, its sentence, whether to mask it, which values are allowed."""
    if most is None and type(default) in (int, float):
        most = NUMBER_MAX
    rules = {"text": text, "secret": secret, "least": least, "most": most, "choices": choices}
    made: T = field(default=default, metadata=rules)
    return made
