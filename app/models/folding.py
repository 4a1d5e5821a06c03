"""Names without regard to case: one fold, for storing, searching and logging in."""

import unicodedata
from hashlib import sha256

KEY_MAX_BYTES = 1024
"""Longer keys would not fit an index row of PostgreSQL (2,704 bytes)."""


def fold_case(text: str) -> str:
    """The text without its case and its compatibility variants: NFKC, case folded."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


BASE_LETTERS = "base_letters"
"""What SQLite knows ``base_letters`` by."""


def base_letters(text: str) -> str:
    """The text without its case and its accents, to sort by: ``Über`` comes with ``u``."""
    if text.isascii():
        return text.lower()
    return "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))


def fold(name: str) -> str:
    """
    The name as it is compared: folded and trimmed.

    Some characters unfold into eighteen; a name made of them is compared by its hash.
    """
    # Far beyond any username: not worth unfolding a megabyte for.
    folded = fold_case(name).strip() if len(name) <= KEY_MAX_BYTES else name
    encoded = folded.encode("utf-8", "surrogatepass")
    return folded if len(encoded) <= KEY_MAX_BYTES else f"sha256:{sha256(encoded).hexdigest()}"
