"""
Patterns of ``filter_pattern``: regular expressions in RE2's syntax, which match in time linear in the text.

RE2 therefore has no backreferences and no lookaround.
"""

from collections.abc import Callable

import re2

from app.api.matomo import texts
from app.api.matomo.errors import ApiError

MOST_LETTERS = 100
MOST_STEPS = 2000
"""Most steps in RE2's compiled program. A short pattern can need very many, and then each text takes milliseconds."""
OPTIONS = re2.Options()
OPTIONS.case_sensitive = False
OPTIONS.dot_nl = True
OPTIONS.never_capture = True
OPTIONS.log_errors = False


def matcher(pattern: str) -> Callable[[str], bool]:
    """
    Return a function that tells whether a text contains the pattern, ignoring case.

    :raises ApiError: RE2 rejects the pattern, or it is too long or too complex
    """
    if len(pattern) > MOST_LETTERS:
        raise ApiError(texts.bad_pattern(f"it has more than {MOST_LETTERS} characters"), 400)
    try:
        form = re2.compile(_encoded(pattern), OPTIONS)
    except re2.error as error:
        (reason,) = error.args
        raise ApiError(texts.bad_pattern(reason.decode("utf-8", "replace")), 400) from None
    if form.programsize > MOST_STEPS:
        raise ApiError(texts.bad_pattern("it is too complex"), 400)
    return lambda text: form.search(_encoded(text)) is not None


def _encoded(text: str) -> bytes:
    """Return the bytes that RE2 reads; an unpaired surrogate counts as an ordinary character."""
    return text.encode("utf-8", "surrogatepass")
