"""Paths and queries that no honest client sends: 404 or 400 in the envelope, never a server error."""

import json
import re
from urllib.parse import quote

import pytest

from tests.umami.bodies import NOT_FOUND, bad_fields, pretty
from tests.umami.posts import POSTS, caller_of

ID = "0190a0b0-c0d0-7abc-9def-001122334455"
NO_IDS = {
    "a word": "me",
    "a number": "1",
    "nothing but blanks": "%20",
    "NUL": "%00",
    "an id with NUL": f"{ID}%00",
    "an id and a line end": f"{ID}%0A",
    "an id between blanks": f"%20{ID}%20",
    "an id in braces": f"%7B{ID}%7D",
    "an id as a URN": f"urn:uuid:{ID}",
    "an id without dashes": ID.replace("-", ""),
    "an id with a letter too many": f"{ID}a",
    "an id with a wrong letter": ID.replace("a", "g"),
    "an id in Arabic digits": ID.replace("1", "%D9%A1"),
    "half a surrogate pair": "%ED%A0%80",
    "no UTF-8": "%FF%FE",
    "an emoji": quote("🙂"),
    "an injection": quote("' OR 1=1 --"),
    "a percent sign": "%25",
    "ten thousand letters": "x" * 10_000,
    "undefined": "undefined",
    "null": "null",
}
SEARCHED = ["/api/users", "/api/admin/teams", "/api/admin/websites", "/api/websites"]


def routes_with_ids(app):
    """Return ``(method, path)`` of the rules, with ids still as ``<…_id>``."""
    return sorted(
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        if "_id>" in rule.rule
        for method in rule.methods - {"HEAD", "OPTIONS"}
    )


@pytest.mark.parametrize("text", NO_IDS.values(), ids=NO_IDS)
def test_what_is_no_id_is_missing_on_every_path_and_method(world, pristine, text):
    routes = routes_with_ids(world.app)

    for method, rule in routes:
        response = world.send(method, re.sub("<[a-z_]+>", text, rule), json={})
        assert (response.status_code, response.json) == (404, NOT_FOUND), (method, rule)

    assert len(routes) > 25
    assert world.state == pristine


@pytest.mark.parametrize("text", ["%00", "%ED%A0%80", "%FF", quote("🙂"), "%2e%2e", "x" * 10_000, "%25"], ids=len)
def test_a_strange_slug_is_missing(world, text):
    response = world.send("GET", f"/api/share/{text}", "anonymous")

    assert (response.status_code, response.json) == (404, NOT_FOUND)


@pytest.mark.parametrize("path", ["/api/%00", "/api/users/%00/teams", "/api/%FF%FE", "/api/../etc/passwd", "/api/;x"])
def test_a_strange_path_is_missing(world, path):
    response = world.send("GET", path)

    assert (response.status_code, response.json) == (404, NOT_FOUND)


@pytest.mark.parametrize("path", [path for path in POSTS if ":" in path])
def test_ids_may_be_written_in_upper_case_in_paths_and_bodies(world, path):
    caller = caller_of(path)
    words = world.ids(caller)
    ids = set(words.values())
    body = {
        key: value.upper() if str(value) in ids else value for key, value in world.filled(POSTS[path], caller).items()
    }
    url = "/".join(words[part].upper() if part in words else part for part in path.split("/"))

    response = world.send("POST", url, caller, data=json.dumps(body))

    assert response.status_code == 200, response.text
    (shown,) = [response.json[name] for name in ("id", "userId", "teamId") if name in response.json][:1]
    assert shown == shown.lower()


class TestQueries:
    @pytest.mark.parametrize("name", ["search", "orderBy"])
    @pytest.mark.parametrize("path", SEARCHED)
    def test_nul_is_refused(self, world, path, name):
        response = world.send("GET", f"{path}?{name}=a%00b")

        text = "Invalid string: must not contain NUL or unpaired surrogates"
        assert response.status_code == 400
        assert pretty(response.json) == pretty(bad_fields(**{name: text}))

    @pytest.mark.parametrize("path", SEARCHED)
    @pytest.mark.parametrize("text", ["%ED%A0%80", "%FF", "%", "%zz", "%F0%9F%98%80", "%25_%5C", "%u0041"], ids=str)
    def test_strange_text_finds_nothing(self, world, path, text):
        response = world.send("GET", f"{path}?search={text}")

        assert (response.status_code, response.json["count"]) == (200, 0)

    @pytest.mark.parametrize("path", SEARCHED)
    def test_too_long_a_search_is_refused(self, world, path):
        response = world.send("GET", f"{path}?search={'x' * 100_000}")

        text = "Too big: expected string to have <=500 characters"
        assert (response.status_code, response.json) == (400, bad_fields(search=text))

    def test_of_ten_thousand_unknown_filters_ten_are_named(self, world):
        noise = "&".join(f"key{number}={number}" for number in range(10_000))

        response = world.send("GET", f"/api/users?{noise}&pageSize=1")

        unknown = {f"key{number}": "Unknown filter" for number in range(10)}
        assert (response.status_code, response.json) == (400, bad_fields(**unknown))

    @pytest.mark.parametrize(
        ("query", "status"),
        [
            ("?", 200),
            ("?&&&", 200),
            ("?=", 200),
            ("?page", 400),
            ("?=page", 200),
            ("?page[]=x", 400),
            ("?page.x=1", 400),
            ("?%00=1", 400),
            ("?;page=x", 400),
        ],
    )
    def test_half_a_query_is_none(self, world, query, status):
        response = world.send("GET", f"/api/me/sessions{query}")

        assert response.status_code == status

    def test_elsewhere_unknown_parameters_are_named_in_a_header(self, world):
        response = world.send("GET", "/api/me?verbose=1&a%22%0d%0ab=2&%E2%82%AC=")

        named = "verbose, a%22%0D%0Ab, %E2%82%AC"
        assert response.status_code == 200
        assert response.headers["Warning"] == f'299 frontdesk "Unknown query parameter: {named}"'

    @pytest.mark.parametrize("text", ["x", "", "%00", "1", ID.replace("-", "")])
    def test_a_deletion_names_an_heir_or_none(self, world, pristine, text):
        response = world.send("DELETE", "/api/users/:outsider", query_string=f"transferTo={text}")

        assert (response.status_code, response.json) == (400, bad_fields(transferTo="Invalid UUID"))
        assert world.state == pristine
