"""
The rules for usernames, and for the names of account owners, teams and websites.

New and changed names must follow all rules. Names from before a rule stay valid, and clients can send them unchanged.
"""

import unicodedata
from functools import cache
from typing import TYPE_CHECKING
from uuid import UUID

from app.domain.errors import ControlCharacters, InvisibleCharacters, Missing, MixedScripts, TooLong, TooShort
from app.domain.scripts import is_of_one_script

if TYPE_CHECKING:
    import regex

ANONYMOUS, ANONYMOUS_ID = "anonymous", UUID("00000000-0000-7000-8000-616e6f6e796d")
"""The account that represents visitors who are not logged in, in APIs that have one. It is created with its first
grant."""
USERNAME_MAX_LENGTH = 255
ACCESS_CODE_MIN_LENGTH = 8
# Control and format characters (bidirectional controls among them), unassigned ones, surrogates, line separators, and
# blank letters such as the Hangul fillers. ``regex`` has newer Unicode data than Python.
INVISIBLE = r"[\p{Cc}\p{Cf}\p{Cn}\p{Cs}\p{Zl}\p{Zp}[\p{Default_Ignorable_Code_Point}&&\p{L}]]"
IGNORABLE = r"\p{Default_Ignorable_Code_Point}"


def clean_username(username: str) -> str:
    """
    The username as it is stored: trimmed.

    :raises Invalid: it is empty, has more than 255 characters, or contains control characters
    """
    name = username.strip()
    if not name:
        raise TooShort("username", 1)
    _check(name, field="username")
    return name


def new_username(username: str) -> str:
    """A new account's username as it is stored. :raises Invalid: see ``clean_username`` and ``check_new_username``"""
    name = clean_username(username)
    check_new_username(name)
    return name


def check_new_username(name: str) -> None:
    """
    Check that a new username cannot be mistaken for another one.

    :raises InvisibleCharacters: it contains invisible characters, variation selectors among them
    :raises MixedScripts: it mixes letters of several scripts
    """
    check_new_name(name, field="username")
    # Usernames are folded with Python's Unicode data, and a newer Python may fold what is unassigned in this one.
    if _pattern(IGNORABLE).search(name) or any(unicodedata.category(character) == "Cn" for character in name):
        raise InvisibleCharacters("username")
    if not is_of_one_script(name):
        raise MixedScripts("username")


def check_new_name(name: str, *, field: str = "name") -> None:
    """
    Check the new name of a team, a website or an account's owner.

    :raises InvisibleCharacters: it contains invisible or control characters
    """
    if _pattern(INVISIBLE).search(name):
        raise InvisibleCharacters(field)


def clean_display_name(text: str) -> str | None:
    """
    The name of an account's owner, trimmed; None if nothing is left.

    :raises Invalid: it has more than 255 characters, or contains control characters
    """
    name = text.strip()
    _check(name, field="display_name")
    return name or None


def new_display_name(text: str) -> str | None:
    """The name of a new account's owner. :raises Invalid: see ``clean_display_name`` and ``check_new_name``"""
    name = clean_display_name(text)
    if name is not None:
        check_new_name(name, field="display_name")
    return name


def clean_label(text: str, *, field: str, most: int) -> str:
    """
    Return the name that a user gives a token or a key, without spaces around it.

    :raises Missing, TooLong, ControlCharacters: it is empty, has more than ``most`` characters, or cannot be printed
    """
    label = text.strip()
    if not label:
        raise Missing(field)
    if len(label) > most:
        raise TooLong(field, most, length=len(label))
    if not label.isprintable():
        raise ControlCharacters(field)
    return label


def clean_access_code(text: str) -> str:
    """A team's new access code as it is stored: trimmed. :raises TooShort: it has fewer than 8 characters"""
    code = text.strip()
    if len(code) < ACCESS_CODE_MIN_LENGTH:
        raise TooShort("access_code", ACCESS_CODE_MIN_LENGTH)
    return code


def check_external_id(text: str) -> None:
    """
    Check what another system calls a thing. It is stored as it is.

    :raises TooShort, TooLong: it is empty, or has more than 255 characters
    :raises ControlCharacters: it contains some
    """
    if not text:
        raise TooShort("external_id", 1)
    _check(text, field="external_id")


@cache
def _pattern(text: str) -> "regex.Pattern[str]":
    import regex  # at first use, because most commands check no new name

    return regex.compile(text, regex.V1)


def _check(name: str, *, field: str) -> None:
    if len(name) > USERNAME_MAX_LENGTH:
        raise TooLong(field, USERNAME_MAX_LENGTH)
    # Cc: control characters. Cs: surrogates. Zl, Zp: line and paragraph separators.
    if any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in name):
        raise ControlCharacters(field)
