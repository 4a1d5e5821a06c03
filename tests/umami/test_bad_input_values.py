"""Values that do not fit their field: a clear error in the envelope and no changes, for every field."""

import json

import pytest

from tests.umami.bodies import bad_fields, pretty
from tests.umami.posts import POSTS, caller_of

UNSTORABLE = "Invalid string: must not contain NUL or unpaired surrogates"
FIELDS = [(path, field) for path, body in POSTS.items() for field in body]
VALUES = {
    "nothing": None,
    "a flag": False,
    "an object": {},
    "a list": ["x"],
    "a number": 7,
    "a fraction": 0.1,
    "a huge number": 10**30,
    "a huge fraction": 1e308,
    "a negative number": -(2**63),
    "no text": "",
    "blanks": " \t\n",
    "text with NUL": "good\0bad",
    "a megabyte of text": "x" * 1_000_000,
    "a megabyte of astral text": "😀" * 85_000,
    "controls and marks": "\x01\x1b[2J\u202e\u2028\ufeff",
    "an injection": "'; DROP TABLE team; --",
    "a nameless object": {"__proto__": {"role": "admin"}, "constructor": None, "": "", "$ne": 1},
}
LONG = {
    "/api/users": {"username": 255, "password": 255},
    "/api/users/:outsider": {"username": 255, "password": 255},
    "/api/me/password": {"newPassword": 255},
    "/api/teams": {"name": 50},
    "/api/teams/join": {"accessCode": 50},
    "/api/teams/:team": {"name": 50, "accessCode": 50},
    "/api/teams/:team/websites": {"name": 100, "domain": 500, "shareId": 50},
    "/api/websites": {"name": 100, "domain": 500, "shareId": 50},
    "/api/websites/:site": {"name": 100, "domain": 500, "shareId": 50},
    "/api/websites/:site/shares": {"name": 200},
    "/api/share": {"name": 200, "slug": 100},
    "/api/share/id/:share": {"name": 200, "slug": 100},
}
LIMITS = [(path, field, most) for path, limits in LONG.items() for field, most in limits.items()]


@pytest.fixture
def spoil(world):
    """``spoil(path, field, value)`` sends an endpoint's valid body with one value replaced."""

    def send(path, field, value):
        caller = caller_of(path)
        body = world.filled(POSTS[path], caller) | {field: value}
        return world.send("POST", path, caller, data=json.dumps(body))

    return send


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_a_strange_value_is_taken_or_refused_in_the_envelope(world, spoil, value):
    for path, field in FIELDS:
        world.restore()

        response = spoil(path, field, value)

        assert response.status_code in (200, 400, 401, 404), (path, field, response.text)
        assert response.content_type == "application/json"
        if response.status_code != 200:
            assert list(response.json["error"])[:3] == ["message", "code", "status"]
            assert response.json["error"]["status"] == response.status_code
            assert world.state == world.pristine, (path, field)


@pytest.mark.parametrize(
    ("path", "field"), [(path, field) for path, field in FIELDS if isinstance(POSTS[path][field], str)]
)
def test_nul_is_refused_with_the_fields_name(world, pristine, spoil, path, field):
    response = spoil(path, field, "good\0bad")

    assert response.status_code == 400
    assert list(response.json["error"]["properties"]) == [field]
    assert world.state == pristine


@pytest.mark.parametrize(("path", "field", "most"), LIMITS)
def test_a_megabyte_is_told_the_limit(world, pristine, spoil, path, field, most):
    response = spoil(path, field, "x" * 1_000_000)

    text = f"Too big: expected string to have <={most} characters"
    assert response.status_code == 400
    assert pretty(response.json) == pretty(bad_fields(**{field: text}))
    assert world.state == pristine


RECORDS = {
    "too deep": json.loads('{"a":' * 20 + "1" + "}" * 20),
    "too deep in lists": {"a": json.loads("[" * 20 + "]" * 20)},
    "too many": {f"key{number}": number for number in range(1001)},
    "too many in a list": {"a": list(range(1001))},
    "NUL in a value": {"a": [{"b": "\0"}]},
    "NUL in a key": {"a": {"\0": 1}},
    "a huge number": {"a": [10**30]},
    "a huge fraction": {"a": -1e300},
}


@pytest.mark.parametrize("path", ["/api/websites/:site/shares", "/api/share", "/api/share/id/:share"])
@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
def test_parameters_are_bounded(world, pristine, spoil, path, record):
    response = spoil(path, "parameters", record)

    assert response.status_code == 400
    assert list(response.json["error"]["properties"]) == ["parameters"]
    assert world.state == pristine


@pytest.mark.parametrize("path", ["/api/websites/:site/shares", "/api/share", "/api/share/id/:share"])
def test_parameters_may_have_any_names(spoil, path):
    record = {"__proto__": {"a": 1}, "constructor": None, "": [], "toString": 2**53 - 1, "é": "😀", "deep": [[[[1]]]]}

    response = spoil(path, "parameters", record)

    assert (response.status_code, response.json["parameters"]) == (200, record)


@pytest.mark.parametrize("record", [value for name, value in RECORDS.items() if "huge" not in name], ids=str)
def test_replay_settings_of_other_shapes_are_dropped(spoil, record):
    response = spoil("/api/websites/:site", "replayConfig", record)

    assert (response.status_code, response.json["replayConfig"]) == (200, {})


@pytest.mark.parametrize("number", [1e308, -1e308, 10**30, 2**63])
def test_replay_settings_have_no_huge_numbers(world, pristine, spoil, number):
    response = spoil("/api/websites/:site", "replayConfig", {"sampleRate": number, "maxDuration": number})

    assert response.status_code == 400
    assert list(response.json["error"]["properties"]["replayConfig"]["properties"]) == ["sampleRate", "maxDuration"]
    assert world.state == pristine
