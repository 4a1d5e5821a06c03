"""Names without regard to case: one fold, for storing, searching and logging in."""

import unicodedata
from hashlib import sha256

KEY_MAX_BYTES = 1024
"""Longer keys would not fit an index row of PostgreSQL (2,704 bytes)."""
SORT_KEY_LENGTH = 255


def fold_case(text: str) -> str:
    """The text without its case and its compatibility variants: NFKC, case folded."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def sort_key(name: str) -> str:
    """The name as lists sort it, and search it where names are not unique: folded, and cut after 255 characters."""
    return fold_case(name)[:SORT_KEY_LENGTH]


def fold(name: str) -> str:
    """
    The name as it is compared: folded and trimmed.

    Some characters unfold into eighteen; a name made of them is compared by its hash.
    """
    # Far beyond any username: not worth unfolding a megabyte for.
    folded = fold_case(name).strip() if len(name) <= KEY_MAX_BYTES else name
    encoded = folded.encode("utf-8", "surrogatepass")
    return folded if len(encoded) <= KEY_MAX_BYTES else f"sha256:{sha256(encoded).hexdigest()}"
