"""How parameters are read: query and form, arrays, repeated names, limits."""

from io import BytesIO

import pytest

from app.api.matomo.parameters import MOST, MOST_LEVELS, Value
from tests.matomo.conftest import failure

READ = {
    "text": ("x=a", "a"),
    "spaces around it": ("x=%20+%09a%0D%0A%0Bb%20", "a\r\n\x0bb"),
    "an ideographic space stays": ("x=%E3%80%80a", "\u3000a"),
    "NULs": ("x=%00a%00b", "ab"),
    "no text in UTF-8": ("x=%FF%C3", "\ufffd\ufffd"),
    "markup as it is": ("x=%3Cb%3E%26amp%3B%27", "<b>&amp;'"),
    "the last one": ("x=a&x=b", "b"),
    "a list": ("x[]=a&x[]=b", {"0": "a", "1": "b"}),
    "a list, encoded": ("x%5B%5D=a&x%5B%5D=b", {"0": "a", "1": "b"}),
    "numbers": ("x[1]=a&x[0]=b&x[]=c", {"1": "a", "0": "b", "2": "c"}),
    "names": ("x[a]=1&x[b]=2&x[a]=3", {"a": "3", "b": "2"}),
    "levels": ("x[a][]=1&x[a][]=2&x[b][c]=3", {"a": {"0": "1", "1": "2"}, "b": {"c": "3"}}),
    "text after a list": ("x[]=a&x=b", "b"),
    "a list after text": ("x=b&x[]=a", {"0": "a"}),
    "a list in place of text in a list": ("x[a]=1&x[a][b]=2", {"a": {"b": "2"}}),
    "spaces in a list stay": ("x[]=+a+", {"0": " a "}),
    "other spellings": ("X=b&x=a&xx=c", "a"),
}


@pytest.fixture
def given(define):
    """Defines a method and collects the values that it receives."""
    found = []

    def take(x: Value | None = None, y: Value | None = None) -> None:
        found.append(x)

    define(take)
    return found


@pytest.mark.parametrize(("text", "value"), READ.values(), ids=READ)
class TestReading:
    def test_in_the_query(self, wire, given, text, value):
        wire.client.get(f"/index.php?module=API&method=Test.method&{text}")

        assert given == [value]

    def test_in_a_form(self, wire, given, text, value):
        wire.client.post(
            "/index.php",
            data=f"module=API&method=Test.method&{text}",
            content_type="application/x-www-form-urlencoded; charset=UTF-8",
        )

        assert given == [value]


class TestPlaces:
    @pytest.mark.parametrize("path", ["/", "/index.php"])
    def test_a_form_of_parts_is_read(self, wire, given, path):
        parts = {"module": "API", "method": "Test.method", "x[]": ["a", "b"], "file": (BytesIO(b"b"), "b.txt")}

        response = wire.client.post(path, data=parts, content_type="multipart/form-data")

        assert response.status_code == 200
        assert given == [{"0": "a", "1": "b"}]

    def test_the_query_wins(self, wire, given):
        wire.client.post("/index.php?x=query&method=Test.method", data={"module": "API", "x": "form", "method": "no"})

        assert given == ["query"]

    def test_json_is_not_read(self, wire, given):
        wire.client.post("/index.php?module=API&method=Test.method", json={"x": "a"})

        assert given == [None]

    def test_a_body_of_get_is_not_read(self, wire, given):
        wire.client.get("/index.php?module=API&method=Test.method", data={"x": "a"})

        assert given == [None]

    def test_a_form_in_pieces_without_a_length_is_read(self, wire, given):
        body = BytesIO(b"module=API&method=Test.method&x=a")

        wire.client.post(
            "/index.php",
            input_stream=body,
            content_type="application/x-www-form-urlencoded",
            environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
        )

        assert given == ["a"]

    def test_names_are_told_apart_by_case(self, wire, given):
        response = wire.client.get("/index.php?module=API&METHOD=Test.method&format=json")

        assert response.json == failure(
            "The parameter 'method' isn't set in the Request, and a default value wasn't provided."
        )


ODD_NAMES = ["=a", "&&&", "[]=a", "[x]=a", "x[=a", "x]=a", "%00=a", "x[%00]=a", "x[]]=a", "x[[]=a", "%FF=a", "x.y=a"]


@pytest.mark.parametrize("text", ODD_NAMES)
def test_odd_names_are_taken_for_nothing_else(wire, given, text):
    response = wire.client.get(f"/index.php?module=API&method=Test.method&format=json&y=b&{text}")

    assert response.status_code == 200


class TestLimits:
    @pytest.mark.parametrize("where", ["query", "form", "parts"])
    def test_more_parameters_than_allowed_are_refused_as_a_whole(self, wire, given, where):
        pairs = [("x[]", "1")] * (MOST + 1)
        text = "&".join(f"{name}={value}" for name, value in pairs)

        if where == "query":
            response = wire.client.get(f"/index.php?module=API&method=Test.method&format=json&{text}")
        elif where == "form":
            response = wire.client.post(
                "/index.php?module=API&method=Test.method&format=json",
                data=text,
                content_type="application/x-www-form-urlencoded",
            )
        else:
            response = wire.client.post(
                "/index.php?module=API&method=Test.method&format=json",
                data={"x[]": ["1"] * (MOST + 1)},
                content_type="multipart/form-data",
            )

        assert response.status_code == (413 if where == "parts" else 400)
        assert response.json["result"] == "error"
        assert given == []

    def test_a_thousand_are_fine(self, wire, given):
        text = "&".join(["x[]=1"] * (MOST - 3))

        wire.client.get(f"/index.php?module=API&method=Test.method&format=json&{text}")

        assert len(given[0]) == MOST - 3

    def test_so_are_some_levels_and_no_more(self, wire, given):
        deep = "[a]" * MOST_LEVELS

        fine = wire.client.get(f"/index.php?module=API&method=Test.method&format=json&x{deep}=1")
        refused = wire.client.get(f"/index.php?module=API&method=Test.method&format=json&x{deep}[a]=1")

        assert fine.status_code == 200
        assert (refused.status_code, len(given)) == (400, 1)
        assert refused.json == failure("The request has parameters that are nested more than 8 levels deep.")

    @pytest.mark.parametrize("form", ["xml", "json", "csv"])
    def test_a_body_that_is_too_large_is_told_in_the_format_asked_for(self, wire, given, form):
        response = wire.client.post(
            f"/index.php?module=API&method=Test.method&format={form}", data={"x": "a" * 1_100_000}
        )

        assert response.status_code == 413
        assert "The request is too large." in response.text
        assert given == []


class TestWhatIsNotForTheApi:
    """Without ``module=API`` the root belongs to no API, but ``/index.php`` always belongs to Matomo's."""

    @pytest.mark.parametrize(
        ("path", "kind"),
        [
            ("/", "application/problem+json"),
            ("/?module=api", "application/problem+json"),
            ("/?module[]=API", "application/problem+json"),
            ("/index.php", "text/xml; charset=utf-8"),
            ("/index.php?module=CoreHome", "text/xml; charset=utf-8"),
        ],
    )
    @pytest.mark.parametrize("verb", ["GET", "POST"])
    def test_it_is_missing(self, wire, path, kind, verb):
        response = wire.client.open(path, method=verb)

        assert (response.status_code, response.content_type) == (404, kind)

    def test_an_action_of_a_page_is_missing_too(self, wire, given):
        assert wire.call("Test.method", action="index").status_code == 200
        assert wire.call("Test.method", action="").status_code == 200

        response = wire.call("Test.method", action="userSettings")

        assert (response.status_code, response.json["result"]) == (404, "error")
