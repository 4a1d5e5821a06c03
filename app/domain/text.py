"""Text that every database, terminal and file accepts."""

import re

UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def unstorable(text: str) -> bool:
    """Return whether no database can store or compare the text: it has a NUL or half a surrogate pair."""
    return UNSTORABLE.search(text) is not None


def is_unicode(text: str) -> bool:
    """
    Whether the text can be encoded, that is, has no lone surrogates.

    Python decodes bytes that are not UTF-8 in command-line arguments and environment variables as lone surrogates.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
