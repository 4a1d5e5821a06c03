"""Numbers in queries, which are converted as JavaScript does."""

from urllib.parse import quote

import pytest

from tests.umami.bodies import bad_fields, pretty

NO_NUMBER = "Invalid input: expected number, received NaN"
TOO_SMALL = "Too small: expected number to be >0"
TOO_BIG = "Too big: expected int to be <=9007199254740991"
NO_INT = "Invalid input: expected int, received number"


@pytest.fixture
def ask(client_of, make_user):
    client = client_of(make_user())
    return lambda name, text: client.get(f"/api/me/sessions?{name}={quote(text)}")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7", 7),
        ("007", 7),
        ("+7", 7),
        (" 7\t", 7),
        ("7.0", 7),
        ("7.", 7),
        ("1e3", 1000),
        ("1E2", 100),
        ("100e-2", 1),
        (".5e1", 5),
        ("0x10", 16),
        ("0XfF", 255),
        ("0o17", 15),
        ("0b101", 5),
        ("9007199254740991", 2**53 - 1),
    ],
)
def test_what_javascript_reads_is_read(ask, text, number):
    response = ask("page", text)

    assert response.status_code == 200
    assert response.json["page"] == number


@pytest.mark.parametrize("name", ["page", "pageSize", "maxResults"])
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("abc", NO_NUMBER),
        ("1_000", NO_NUMBER),
        ("1,5", NO_NUMBER),
        ("1 2", NO_NUMBER),
        ("0x", NO_NUMBER),
        ("0x1_0", NO_NUMBER),
        ("0xg", NO_NUMBER),
        ("-0x10", NO_NUMBER),
        ("nan", NO_NUMBER),
        ("inf", NO_NUMBER),
        ("1e", NO_NUMBER),
        ("٣", NO_NUMBER),  # a digit for Python, but not for JavaScript
        ("null", NO_NUMBER),
        ("true", NO_NUMBER),
        ("", TOO_SMALL),
        ("   ", TOO_SMALL),
        ("0", TOO_SMALL),
        ("-1", TOO_SMALL),
        ("-1e3", TOO_SMALL),
        ("1.5", NO_INT),
        ("1e-3", NO_INT),
        ("9007199254740992", TOO_BIG),
        ("1e30", TOO_BIG),
        ("9" * 400, TOO_BIG),
    ],
)
def test_what_it_does_not_is_refused(ask, name, text, message):
    response = ask(name, text)

    assert response.status_code == 400
    assert pretty(response.json) == pretty(bad_fields(**{name: message}))


@pytest.mark.parametrize("text", ["Infinity", "1e400", "0x" + "f" * 300], ids=["by name", "by size", "in hex"])
def test_the_infinite_is_no_number(ask, text):
    response = ask("page", text)

    assert response.status_code == 400
    assert "page" in response.json["error"]["properties"]


@pytest.mark.parametrize("name", ["pageSize", "maxResults"])
def test_large_ones_are_cut_not_refused(ask, name):
    response = ask(name, "9007199254740991")

    assert response.status_code == 200
    assert response.json["pageSize"] == (1000 if name == "pageSize" else 20)
    assert response.json["count"] == 1
