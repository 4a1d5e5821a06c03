"""Building blocks of the settings' sections."""

from dataclasses import field
from pathlib import Path
from typing import ClassVar, TypeVar

T = TypeVar("T")
ROOT = Path(__file__).resolve().parent.parent.parent
PREFIX = "FRONTDESK_"
SECRET_FILE = "secret_key"  # noqa: S105 (a file's name)
NUMBER_MAX = 2**31 - 1
"""Larger numbers would overflow in PostgreSQL, in the server or in a header when they are first used."""

OF_COMMAND_LINE = SERVER, API_KEY, API_KEY_FILE, PROFILE, TIMEOUT = (
    "FRONTDESK_SERVER",
    "FRONTDESK_API_KEY",
    "FRONTDESK_API_KEY_FILE",
    "FRONTDESK_PROFILE",
    "FRONTDESK_TIMEOUT",
)
"""Variables that are no settings of a server: they say on which server the command line works, and how."""


class ConfigError(ValueError):
    """A setting cannot be used; the message names it and says what is accepted."""

    code: ClassVar[str] = "bad-setting"
    """What cannot be used, for programs."""


def variable(name: str) -> str:
    """Return the name of a setting's environment variable."""
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
    """
    Define a setting as a dataclass field.

    :param text: its description, which ``docs/configuration.md`` shows as well
    :param secret: mask the value when settings are shown
    :param least: the smallest allowed number
    :param most: the largest allowed number; ``NUMBER_MAX`` by default
    :param choices: the only allowed values, if any are given
    """
    if most is None and type(default) in (int, float):
        most = NUMBER_MAX
    rules = {"text": text, "secret": secret, "least": least, "most": most, "choices": choices}
    made: T = field(default=default, metadata=rules)
    return made
