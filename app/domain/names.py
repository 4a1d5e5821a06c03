"""
The rules for names: of accounts (W16), of their owners, of teams and websites.

What is new or changed is held to all of them. Names from before stay valid, and can be sent back as they are.
"""

import unicodedata

import regex

from app.domain.errors import ControlCharacters, InvisibleCharacters, MixedScripts, TooLong, TooShort
from app.domain.scripts import is_of_one_script

USERNAME_MAX_LENGTH = 255
# Control, format (bidirectional controls are among them), unassigned; half characters; line ends; letters that are
# blank, as Hangul's fillers are. Unicode as of ``regex``, which is newer than Python's.
INVISIBLE = regex.compile(r"[\p{Cc}\p{Cf}\p{Cn}\p{Cs}\p{Zl}\p{Zp}[\p{Default_Ignorable_Code_Point}&&\p{L}]]", regex.V1)
IGNORABLE = regex.compile(r"\p{Default_Ignorable_Code_Point}")


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


def new_username(username: str) -> str:
    """The name of a new account, as it is stored. :raises Invalid: see ``clean_username``, ``check_new_username``"""
    name = clean_username(username)
    check_new_username(name)
    return name


def check_new_username(name: str) -> None:
    """
    No two names that are not the same should look the same.

    :raises InvisibleCharacters: it has some, selectors of variants among them
    :raises MixedScripts: it has letters of several scripts
    """
    check_new_name(name, field="username")
    # Usernames are compared folded, by the Unicode of Python. What that does not know, a newer Python may fold.
    if IGNORABLE.search(name) or any(unicodedata.category(character) == "Cn" for character in name):
        raise InvisibleCharacters("username")
    if not is_of_one_script(name):
        raise MixedScripts("username")


def check_new_name(name: str, *, field: str = "name") -> None:
    """Of a team, a website, or an account's owner. :raises InvisibleCharacters: it has some, or control characters"""
    if INVISIBLE.search(name):
        raise InvisibleCharacters(field)


def clean_display_name(text: str) -> str | None:
    """
    What an account's owner is called, trimmed; None for nothing.

    :raises Invalid: it is longer than 255 characters, or holds control characters
    """
    name = text.strip()
    _check(name, field="display_name")
    return name or None


def new_display_name(text: str) -> str | None:
    """What a new account's owner is called. :raises Invalid: see ``clean_display_name``, ``check_new_name``"""
    name = clean_display_name(text)
    if name is not None:
        check_new_name(name, field="display_name")
    return name


def _check(name: str, *, field: str) -> None:
    if len(name) > USERNAME_MAX_LENGTH:
        raise TooLong(field, USERNAME_MAX_LENGTH)
    # Cc control, Cs half characters, Zl/Zp line ends.
    if any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in name):
        raise ControlCharacters(field)
