"""Patterns of ``filter_pattern``: as regular expressions have it, and never slow."""

import re
import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.api.matomo.errors import ApiError
from app.api.matomo.patterns import MOST_LETTERS, matcher

ITEMS = st.sampled_from(["a", "B", "ä", "\\.", ".", "[ab]", "[^a]", "[]a]", "[a-c\\d]", "\\d", "\\W", "-", " ", "&"])
GAPS = st.sampled_from(["", "", ".*", ".+"])
MIDDLES = st.lists(st.builds("{}{}".format, ITEMS, GAPS), max_size=5).map("".join)
BRANCHES = st.builds("{}{}{}{}".format, st.sampled_from(["", "^"]), GAPS, MIDDLES, st.sampled_from(["", "$"]))
PATTERNS = st.lists(BRANCHES, min_size=1, max_size=3).map("|".join)
TEXTS = st.text(st.sampled_from("aAbBäÄ.1 -]&"), max_size=8)


@settings(max_examples=1500, deadline=None, derandomize=True, database=None)
@given(pattern=PATTERNS, text=TEXTS)
def test_it_finds_what_regular_expressions_find(pattern, text):
    expected = re.search(pattern.replace("$", r"\Z"), text, re.IGNORECASE | re.DOTALL) is not None

    assert matcher(pattern)(text) is expected


@settings(max_examples=500, deadline=None, derandomize=True, database=None)
@given(pattern=st.text(st.sampled_from("ab.*+?()[]{}^$|\\d-&~\n\0ü"), max_size=12), text=TEXTS)
def test_it_refuses_whatever_else_there_is(pattern, text):
    with suppress(ApiError):
        assert matcher(pattern)(text) in (True, False)


@pytest.mark.parametrize(
    "pattern",
    ["a+", "a?", "a{2}", "(a)", "(?i)a", "\\1", "\\b", "a**", "[a", "[z-a]", "[[:alpha:]]", "[a--b]", "x^", "$x", "\\"],
)
def test_these_are_not_supported(pattern):
    with pytest.raises(ApiError, match="filter_pattern"):
        matcher(pattern)


def test_nor_is_one_that_is_too_long():
    matcher("a" * MOST_LETTERS)

    with pytest.raises(ApiError, match="more than 100 characters"):
        matcher("a" * (MOST_LETTERS + 1))


@pytest.mark.parametrize("pattern", [".*a" * 33, "a.*" * 33 + "b", "." * 99 + "b", "[ab]" * 24 + "c", ".+" * 50])
def test_none_takes_long(pattern):
    matches, text = matcher(pattern), "a" * 255
    began = time.perf_counter()

    for _ in range(20):
        matches(text)

    assert time.perf_counter() - began < 0.5
