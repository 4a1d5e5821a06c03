"""Case-insensitive names: one folding for storing, searching and logging in."""

import unicodedata
from hashlib import sha256

KEY_MAX_BYTES = 1024
"""Longer keys would not fit an index row of PostgreSQL (2,704 bytes)."""
SORT_KEY_LENGTH = 255


def fold_case(text: str) -> str:
    """The text in NFKC with its case folded, so that case and compatibility variants compare equal."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def sort_key(name: str) -> str:
    """The name as lists sort it, and as they search names that are not unique: folded and cut to 255 characters."""
    return fold_case(name)[:SORT_KEY_LENGTH]


def fold(name: str) -> str:
    """
    The name as it is compared: folded and trimmed.

    Folding can turn one character into eighteen. If the result is too long for an index, its hash takes its place.
    """
    # No username is that long, so do not spend time on folding a megabyte.
    folded = fold_case(name).strip() if len(name) <= KEY_MAX_BYTES else name
    encoded = folded.encode("utf-8", "surrogatepass")
    return folded if len(encoded) <= KEY_MAX_BYTES else f"sha256:{sha256(encoded).hexdigest()}"
