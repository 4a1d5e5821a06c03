"""Rules for accounts that clients of Matomo's API make: narrower for names, wider for passwords (its 3.4 and 3.6)."""

import re

from app.errors import Invalid
from app.security.passwords import MAX_BYTES

LOGIN_LEAST, LOGIN_MOST = 2, 100
LOGIN = re.compile(r"[A-Za-z0-9ÄäÖöÜüß_.@+-]+")
PASSWORD_LEAST, PASSWORD_MOST = 6, 200


class LoginFormat(Invalid):
    """A username that such clients may not give."""

    default = "A username is 2 to 100 letters, digits, or any of _ - . @ +"


class PasswordTooShort(Invalid):
    """Fewer than six bytes."""

    default = f"A password has {PASSWORD_LEAST} bytes or more."


class PasswordTooLong(Invalid):
    """More than two hundred characters."""

    default = f"A password has {PASSWORD_MOST} characters at most."


class PasswordTooBig(Invalid):
    """Few enough characters, but more bytes than are ever compared (W15)."""

    default = f"A password has {MAX_BYTES} bytes at most, in UTF-8."


class PasswordTooWeak(Invalid):
    """One byte, over and over."""

    default = "This password is too weak."


class PasswordHashed(Invalid):
    """A hash where a password belongs: nobody could say whether it is a good one, nor of what it is made."""

    default = "Send the password itself; a hash of it is not accepted."


def check_login(username: str) -> None:
    """:raises LoginFormat: it is too short or too long, in bytes, or has other characters than a login may have"""
    if not LOGIN.fullmatch(username) or not LOGIN_LEAST <= len(username.encode()) <= LOGIN_MOST:
        raise LoginFormat(field="username")


def check_password(password: str) -> None:
    """
    Six bytes will do, if they are not all the same.

    :raises PasswordTooShort, PasswordTooLong, PasswordTooBig, PasswordTooWeak: it does not fit
    """
    encoded = password.encode("utf-8", "replace")
    if len(encoded) < PASSWORD_LEAST:
        raise PasswordTooShort(field="password")
    if len(password) > PASSWORD_MOST:
        raise PasswordTooLong(field="password")
    if len(encoded) > MAX_BYTES:
        raise PasswordTooBig(field="password")
    if len(set(encoded)) < 2:
        raise PasswordTooWeak(field="password")
