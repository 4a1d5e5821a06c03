"""Patterns of ``filter_pattern``: their syntax and their limits."""

import re
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.api.matomo.errors import ApiError
from app.api.matomo.patterns import MOST_LETTERS, matcher

CLASSES = {"\\d": "[0-9]", "\\W": "[^a-zA-Z0-9_]"}
"""Classes that match only ASCII, as in PHP."""
PLAIN = [
    "a",
    "B",
    "ä",
    "\\.",
    ".",
    "[ab]",
    "[^a]",
    "[]a]",
    "[a-c\\d]",
    "-",
    " ",
    "&",
    "\\b",
    "(?:ab|ä)",
    "(b)",
    *CLASSES,
]
ITEMS = st.builds("{}{}".format, st.sampled_from(PLAIN), st.sampled_from(["", "", "", "*", "+", "?", "{1,2}", "+?"]))
GAPS = st.sampled_from(["", "", ".*", ".+"])
MIDDLES = st.lists(st.builds("{}{}".format, ITEMS, GAPS), max_size=5).map("".join)
BRANCHES = st.builds("{}{}{}{}".format, st.sampled_from(["", "^"]), GAPS, MIDDLES, st.sampled_from(["", "$"]))
PATTERNS = st.lists(BRANCHES, min_size=1, max_size=3).map("|".join).filter(lambda pattern: len(pattern) <= MOST_LETTERS)
TEXTS = st.text(st.sampled_from("aAbBäÄ.1 -]&"), max_size=8)
WORD_EDGES = r"(?:(?<![a-zA-Z0-9_])(?=[a-zA-Z0-9_])|(?<=[a-zA-Z0-9_])(?![a-zA-Z0-9_]))"


def as_python_has_it(pattern):
    for ours, theirs in {"[a-c\\d]": "[a-c0-9]", "\\b": WORD_EDGES, "$": r"\Z", **CLASSES}.items():
        pattern = pattern.replace(ours, theirs)
    return re.compile(pattern, re.IGNORECASE | re.DOTALL)


@settings(max_examples=1500, deadline=None, derandomize=True, database=None)
@given(pattern=PATTERNS, text=TEXTS)
def test_it_finds_what_regular_expressions_find(pattern, text):
    expected = as_python_has_it(pattern).search(text) is not None

    assert matcher(pattern)(text) is expected


@settings(max_examples=500, deadline=None, derandomize=True, database=None)
@given(pattern=st.text(st.sampled_from("ab.*+?()[]{}^$|\\d-&~\n\0ü\ud800"), max_size=12), text=TEXTS)
def test_it_refuses_whatever_else_there_is(pattern, text):
    with suppress(ApiError):
        assert matcher(pattern)(text) in (True, False)


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("(a)\\1", "invalid escape sequence: \\1"),
        ("a(?=b)", "invalid perl operator: (?="),
        ("(?<!a)b", "invalid perl operator: (?<!"),
        ("a**", "bad repetition operator: **"),
        ("*", "no argument for repetition operator: *"),
        ("[a", "missing ]: [a"),
        ("[z-a]", "invalid character class range: z-a"),
        ("(ä", "missing ): (ä"),
        ("\\", "trailing \\"),
        ("a{1001}", "invalid repetition size: {1001}"),
        ("\\pL{10}", "it is too complex"),
    ],
)
def test_what_cannot_be_is_refused_and_said(pattern, reason):
    with pytest.raises(ApiError) as refused:
        matcher(pattern)

    assert str(refused.value) == f"The parameter 'filter_pattern' cannot be used: {reason}."


def test_nor_is_one_that_is_too_long():
    matcher("." * MOST_LETTERS)

    with pytest.raises(ApiError, match="more than 100 characters"):
        matcher("a" * (MOST_LETTERS + 1))


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(.*a){20}b", "(a*)*b"])
def test_one_that_would_take_others_for_ever_is_answered(pattern):
    assert matcher(pattern)("a" * 5000 + "!") is False


def test_half_a_pair_of_surrogates_is_a_character_like_others():
    assert matcher("^.a")("\ud800a") is True
    assert matcher("\ud800")("ab") is False
