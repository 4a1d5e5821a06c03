"""Text that every database, terminal and file accepts, and names in the styles of JSON and Python."""

import re

CAPITAL = re.compile("[A-Z]")
UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def camel_case(name: str) -> str:
    """``display_name`` → ``displayName``"""
    head, *tail = name.split("_")
    return head + "".join(word.title() for word in tail)


def snake_case(name: str) -> str:
    """``displayName`` → ``display_name``"""
    return CAPITAL.sub(lambda found: f"_{found[0].lower()}", name)


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
