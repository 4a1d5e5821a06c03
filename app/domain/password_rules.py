"""The rules for new passwords."""

import re

from app.domain.errors import NoHash, PasswordHashed, TooLong, TooShort

MIN_LENGTH = 8
HASH = re.compile(r"\$2[abxy]\$(\d\d)\$[./A-Za-z0-9]{53}")
COSTS = range(4, 17)
"""Checking a password against a hash with a higher cost takes many seconds."""

MAX_BYTES = 72
"""bcrypt ignores everything after these bytes, so longer passwords are rejected rather than cut."""


def check_no_hash(password: str, *, field: str = "password") -> None:
    """
    Check that a new password is not a bcrypt hash: then the hash would become the password, which no one knows.

    :raises PasswordHashed: it is one
    """
    if HASH.fullmatch(password):
        raise PasswordHashed(field)


def check_hash(text: str, *, field: str = "password_hash") -> None:
    """Check the hash of a password. :raises NoHash: it is not a bcrypt hash, or its cost is out of bounds"""
    found = HASH.fullmatch(text)
    if found is None or int(found[1]) not in COSTS or text.startswith("$2x"):
        raise NoHash(field, COSTS.start, COSTS.stop - 1)


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
