"""Parameters of methods: required ones, defaults, types."""

import pytest

from app.api.matomo.parameter_types import MOST_ITEMS
from app.api.matomo.parameters import Value
from app.api.matomo.registry import METHODS, camel_case
from tests.matomo.conftest import SUCCESS, failure


@pytest.fixture
def given(define):
    """Defines methods with one parameter each, and collects the values that they receive."""
    found = []

    def text(x: str) -> None:
        found.append(x)

    def none(x: str | None = None) -> None:
        found.append(x)

    def default(x: str = "7") -> None:
        found.append(x)

    def flag(x: bool) -> None:
        found.append(x)

    def maybe_flag(x: bool | None = None) -> None:
        found.append(x)

    def off(x: bool = False) -> None:
        found.append(x)

    def whole(x: int | None = None) -> None:
        found.append(x)

    def zero(x: int = 0) -> None:
        found.append(x)

    def items(x: list[str]) -> None:
        found.append(x)

    def raw(x: Value) -> None:
        found.append(x)

    for function in (text, none, default, flag, maybe_flag, off, whole, zero, items, raw):
        define(function, function.__name__)
    return found


ABSENT = ...
"""The parameter is not sent at all."""
BOUND = [
    ("text", "0", "0"),
    ("text", "a", "a"),
    ("none", ABSENT, None),
    ("none", "", ""),
    ("none", "0", "0"),
    ("default", ABSENT, "7"),
    ("default", "", "7"),
    ("default", "0", "0"),
    *[("flag", text, True) for text in ("1", "true", "TRUE", "yes", "Yes")],
    *[("flag", text, False) for text in ("0", "false", "FALSE", "no", "No")],
    ("maybe_flag", ABSENT, None),
    ("maybe_flag", "", None),
    ("maybe_flag", "0", False),
    ("off", ABSENT, False),
    ("off", "", False),
    ("off", "1", True),
    ("whole", ABSENT, None),
    ("whole", "", None),
    ("whole", "0", 0),
    ("whole", "-12", -12),
    ("zero", "", 0),
    ("items", "a", ["a"]),
    ("items", " a , b,,", ["a", "b"]),
    ("items", ["a", " b ", ""], ["a", "b"]),
    ("items", {"x": "a", "y": "b"}, ["a", "b"]),
    ("items", ",", []),
    ("items", ",".join(["1"] * MOST_ITEMS), ["1"] * MOST_ITEMS),
    ("raw", "0", "0"),
    ("raw", ["a"], {"0": "a"}),
]


def parameters(value):
    return {} if value is ABSENT else {"x": value}


@pytest.mark.parametrize(("name", "value", "bound"), BOUND, ids=lambda value: repr(value)[:30])
def test_what_becomes_of_it(wire, given, name, value, bound):
    response = wire.call(f"Test.{name}", **parameters(value))

    assert response.json == SUCCESS
    assert given == [bound]


MISSING = "Please specify a value for 'x'."
TEXT = "The parameter 'x' must be text, not a list."
FLAG = "The parameter 'x' must be one of: 1, true, yes, 0, false, no."
REFUSED = [
    *[(name, value, MISSING) for name in ("text", "flag", "items", "raw") for value in (ABSENT, "", "  ")],
    *[(name, ["a"], TEXT) for name in ("text", "none", "default", "flag", "off", "whole")],
    *[("flag", text, FLAG) for text in ("maybe", "2", "-1", "on", "t", "tru e")],
    *[("whole", text, "The parameter 'x' must be a whole number.") for text in ("a", "1.5", "1e2", "٣", "9" * 16)],
    ("items", {"a][b": "c"}, "The parameter 'x' must be a list of strings, without lists inside it."),
    ("items", ",".join(["1"] * (MOST_ITEMS + 1)), "The parameter 'x' has more than 5000 values."),
]


@pytest.mark.parametrize(("name", "value", "text"), REFUSED, ids=lambda value: repr(value)[:30])
def test_what_is_refused(wire, given, name, value, text):
    response = wire.call(f"Test.{name}", **parameters(value))

    assert (response.status_code, response.json) == (400, failure(text))
    assert given == []


class TestOrder:
    def test_the_first_that_is_missing_is_told(self, define, wire):
        def take(user_login: str, password: str, email: str) -> None: ...

        define(take)

        assert wire.call("Test.method", email="a").json == failure("Please specify a value for 'userLogin'.")
        assert wire.call("Test.method", userLogin="a").json == failure("Please specify a value for 'password'.")

    def test_unknown_ones_are_ignored(self, define, wire):
        define(lambda: None)

        assert wire.call("Test.method", whatever="1", x=["2"]).json == SUCCESS


@pytest.mark.parametrize(
    ("name", "wire_name"),
    [
        ("user_login", "userLogin"),
        ("id_sites", "idSites"),
        ("expiry_in_days", "expiryInDays"),
        ("_is_password_hashed", "_isPasswordHashed"),
        ("filter_search", "filter_search"),
        ("limit", "limit"),
    ],
)
def test_names_on_the_wire(name, wire_name):
    assert camel_case(name) == wire_name


def test_a_name_may_have_its_own_spelling(define, wire):
    found = []

    def take(keep_url_fragments: str) -> None:
        found.append(keep_url_fragments)

    define(take, names={"keep_url_fragments": "keepURLFragments"})
    wire.call("Test.method", keepURLFragments="1")

    assert found == ["1"]


def test_every_method_says_what_it_does():
    methods = [method for module in METHODS.values() for method in module.values()]

    assert all(method.function.__doc__ for method in methods)
    assert all(method.function.__module__.startswith("app.api.matomo.methods.") for method in methods)
