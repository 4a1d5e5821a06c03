"""Rules for accounts that clients of Matomo's API make: narrower for names, wider for passwords (its 3.4 and 3.6)."""

import re

from app.domain.errors import LoginFormat, PasswordTooWeak, TooLong, TooShort
from app.domain.password_rules import MAX_BYTES

LOGIN_LEAST, LOGIN_MOST = 2, 100
LOGIN = re.compile(r"[A-Za-z0-9ÄäÖöÜüß_.@+-]+")
PASSWORD_LEAST, PASSWORD_MOST = 6, 200


def check_login(username: str) -> None:
    """:raises LoginFormat: it is too short or too long, in bytes, or has other characters than a login may have"""
    if not LOGIN.fullmatch(username) or not LOGIN_LEAST <= len(username.encode()) <= LOGIN_MOST:
        raise LoginFormat("username", LOGIN_LEAST, LOGIN_MOST)


def check_password(password: str) -> None:
    """
    Six bytes will do, if they are not all the same.

    :raises TooShort, TooLong, PasswordTooWeak: it does not fit
    """
    encoded = password.encode("utf-8", "replace")
    if len(encoded) < PASSWORD_LEAST:
        raise TooShort("password", PASSWORD_LEAST, "bytes")
    if len(password) > PASSWORD_MOST:
        raise TooLong("password", PASSWORD_MOST)
    if len(encoded) > MAX_BYTES:
        raise TooLong("password", MAX_BYTES, "bytes")
    if len(set(encoded)) < 2:
        raise PasswordTooWeak("password")
