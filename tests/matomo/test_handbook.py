"""``docs/coming-from-matomo.md`` names every method that exists, and no other."""

import re

from app.api.matomo import methods
from app.api.matomo.filters import DEFAULT_LIMIT
from app.api.matomo.methods.api import MOST_ANONYMOUS_URLS, MOST_BYTES, MOST_SECONDS
from app.api.matomo.parameter_types import MOST_ITEMS
from app.api.matomo.parameters import MOST
from app.api.matomo.patterns import MOST_LETTERS
from app.api.matomo.registry import METHODS
from app.settings import ROOT

PAGE = (ROOT / "docs" / "coming-from-matomo.md").read_text()
NAMED = re.compile(r"`((?:UsersManager|SitesManager|API)\.\w+)`( •)?")


def test_every_method_is_named_with_its_verb():
    methods.load()
    found = {f"{module}.{name}": method.writes for module, ours in METHODS.items() for name, method in ours.items()}
    section = PAGE.partition("## The methods")[2]

    assert {name: bool(mark) for name, mark in NAMED.findall(section)} == found


def test_the_numbers_are_those_of_the_code():
    text = " ".join(PAGE.split())

    assert f"{MOST} parameters, eight levels of brackets, {MOST_ITEMS} values" in text
    assert f"as many calls as one request has room for ({MOST_ANONYMOUS_URLS} from callers" in text
    assert f"After {MOST_SECONDS:g} seconds, or {MOST_BYTES // 1_000_000} MB of results" in text
    assert f"Lists have {DEFAULT_LIMIT} rows unless" in text
    assert f"up to {MOST_LETTERS} characters" in text
