"""Matomo's rules for accounts that its clients create: stricter than ours for usernames, looser for passwords."""

import re

from app.domain.errors import LoginFormat, PasswordTooWeak, TooLong, TooShort
from app.domain.password_rules import MAX_BYTES
from app.services.authentication.new_passwords import check_not_common

LOGIN_LEAST, LOGIN_MOST = 2, 100
LOGIN = re.compile(r"[A-Za-z0-9ÄäÖöÜüß_.@+-]+")
PASSWORD_LEAST, PASSWORD_MOST = 6, 200


def check_login(username: str) -> None:
    """:raises LoginFormat: the username has too few or too many bytes, or a character that is not allowed"""
    if not LOGIN.fullmatch(username) or not LOGIN_LEAST <= len(username.encode()) <= LOGIN_MOST:
        raise LoginFormat("username", LOGIN_LEAST, LOGIN_MOST)


def check_password(password: str) -> None:
    """
    Check that a password has at least six bytes which are not all the same, is not too long, and not a common one.

    :raises TooShort, TooLong, PasswordTooWeak, CommonPassword: the password breaks a rule
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
    check_not_common(password)
