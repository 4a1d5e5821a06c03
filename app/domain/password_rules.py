"""Which passwords a new account may have."""

from app.domain.errors import Invalid

MIN_LENGTH = 8


MAX_BYTES = 72
"""bcrypt reads no further (W15)."""


def check_new_password(password: str, *, field: str = "password") -> None:
    """:raises Invalid: it is shorter than 8 characters or longer than bcrypt's 72 bytes"""
    if len(password) < MIN_LENGTH:
        raise Invalid(f"Too small: expected string to have >={MIN_LENGTH} characters", field=field)
    if len(password.encode("utf-8", "replace")) > MAX_BYTES:
        raise Invalid(f"Too big: expected string to have <={MAX_BYTES} bytes in UTF-8", field=field)
