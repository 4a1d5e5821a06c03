"""Which passwords a new account may have."""

from app.domain.errors import TooLong, TooShort

MIN_LENGTH = 8


MAX_BYTES = 72
"""bcrypt reads no further (W15)."""


def check_new_password(password: str, *, field: str = "password") -> None:
    """:raises TooShort, TooLong: it is shorter than 8 characters or longer than bcrypt's 72 bytes"""
    if len(password) < MIN_LENGTH:
        raise TooShort(field, MIN_LENGTH)
    if len(password.encode("utf-8", "replace")) > MAX_BYTES:
        raise TooLong(field, MAX_BYTES, "bytes")
