"""
Patterns of ``filter_pattern``: regular expressions as RE2 has them, in time that grows with the text alone. It lacks
what cannot be had so: references to groups, and looking ahead or behind.
"""

from collections.abc import Callable

import re2

from app.api.matomo import texts
from app.api.matomo.errors import ApiError

MOST_LETTERS = 100
MOST_STEPS = 2000
"""Of the program that RE2 makes; a few letters can ask for very many, and each text then takes milliseconds."""
OPTIONS = re2.Options()
OPTIONS.case_sensitive = False
OPTIONS.dot_nl = True
OPTIONS.never_capture = True
OPTIONS.log_errors = False


def matcher(pattern: str) -> Callable[[str], bool]:
    """
    What tells whether a text has the pattern in it, in any case.

    :raises ApiError: RE2 does not take it, or it is too long
    """
    if len(pattern) > MOST_LETTERS:
        raise ApiError(texts.bad_pattern(f"it has more than {MOST_LETTERS} characters"), 400)
    try:
        form = re2.compile(_encoded(pattern), OPTIONS)
    except re2.error as error:
        (reason,) = error.args
        raise ApiError(texts.bad_pattern(reason.decode("utf-8", "replace")), 400) from None
    if form.programsize > MOST_STEPS:
        raise ApiError(texts.bad_pattern("it stands for too much"), 400)
    return lambda text: form.search(_encoded(text)) is not None


def _encoded(text: str) -> bytes:
    """As RE2 reads text; half a pair of surrogates is a character like others."""
    return text.encode("utf-8", "surrogatepass")
