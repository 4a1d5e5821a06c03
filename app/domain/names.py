"""The rules for usernames (W16) and display names."""

import unicodedata

from app.domain.errors import ControlCharacters, TooLong, TooShort

USERNAME_MAX_LENGTH = 255


def clean_username(username: str) -> str:
    """
    The name as it is stored: trimmed.

    :raises Invalid: it is empty, longer than 255 characters, or holds control characters
    """
    name = username.strip()
    if not name:
        raise TooShort("username", 1)
    _check(name, field="username")
    return name


def clean_display_name(text: str) -> str | None:
    """
    What an account's owner is called, trimmed; None for nothing.

    :raises Invalid: it is longer than 255 characters, or holds control characters
    """
    name = text.strip()
    _check(name, field="display_name")
    return name or None


def _check(name: str, *, field: str) -> None:
    if len(name) > USERNAME_MAX_LENGTH:
        raise TooLong(field, USERNAME_MAX_LENGTH)
    # Cc control, Cs half characters, Zl/Zp line ends.
    if any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in name):
        raise ControlCharacters(field)
