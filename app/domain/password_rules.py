"""The rules for new passwords."""

from app.domain.errors import TooLong, TooShort

MIN_LENGTH = 8


MAX_BYTES = 72
"""bcrypt ignores everything after these bytes, so longer passwords are rejected rather than cut."""


def check_length(password: str, *, field: str = "password") -> None:
    """
    Check the length of a new password.

    :raises TooShort: it has fewer than 8 characters
    :raises TooLong: it has more than 72 bytes in UTF-8
    """
    if len(password) < MIN_LENGTH:
        raise TooShort(field, MIN_LENGTH)
    if len(password.encode("utf-8", "replace")) > MAX_BYTES:
        raise TooLong(field, MAX_BYTES, "bytes")
