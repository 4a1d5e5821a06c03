"""``format=csv`` and ``format=tsv``."""

import pytest

from app.api.matomo.errors import ApiError

USERS = [{"login": "ada", "seen": None, "on": True, "off": False, "n": 3}, {"login": "bob", "extra": "x"}]
CSV = {
    "nothing": (None, "message\nok"),
    "true": (True, "value\n1"),
    "text": ("abc", "value\nabc"),
    "records": (USERS, "login,seen,on,off,n,extra\nada,,1,0,3,\nbob,,,,,x"),
    "one record": ({"login": "ada", "role": "view"}, "login,role\nada,view"),
    "a map is one row": ({"ada": "view", "user@x.org": "admin"}, "ada,user@x.org\nview,admin"),
    "texts": (["a", "b"], "a\nb"),
    "records by number": ({5: {"a": 1}, 7: {"a": 2}}, "a\n1\n2"),
    "nothing in it": ([], "No data available"),
    "what needs quotes": (["a,b", "a;b", 'a"b', "a\nb", "a\rb"], '"a,b"\n"a;b"\n"a""b"\n"a\nb"\n"a\rb"'),
    "formulas": (["=1+1", "+1", "-1", "@a", "\t=1", "=a,b"], "'=1+1\n'+1\n'-1\n'@a\n =1\n\"'=a,b\""),
    "formulas in names": ({"=1": "view"}, "'=1\nview"),
    "negative numbers": ([-5], "-5"),
    "tabs": (["a\tb"], "a b"),
    "letters beyond": (["Ü😀"], "Ü😀"),
}


@pytest.mark.parametrize(("value", "csv"), CSV.values(), ids=CSV)
class TestCsv:
    def test_as_it_is_read(self, drawn, value, csv):
        assert drawn(value, "csv", convertToUnicode=0) == csv

    def test_for_spreadsheets(self, define, wire, value, csv):
        define(lambda: value)

        body = wire.call("Test.method", format="csv").data

        is_text = value is None or value == []
        assert body == csv.encode() if is_text else body == b"\xff\xfe" + csv.encode("utf-16-le")


def test_tabs_separate_in_tsv(drawn):
    assert drawn(USERS, "tsv", convertToUnicode=0) == "login\tseen\ton\toff\tn\textra\nada\t\t1\t0\t3\t\nbob\t\t\t\t\tx"


@pytest.mark.parametrize("form", ["csv", "tsv"])
@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ([{"login": "ada", "capabilities": ["x"]}], "Multidimensional column values not supported."),
        ([{"login": "ada", "capabilities": []}], "Multidimensional column values not supported."),
        ([["a"]], "Multidimensional column values not supported."),
        ({"ada": [1, 2]}, "Only integer keys supported for array columns on base level."),
    ],
)
def test_what_is_nested_fits_no_table(define, wire, form, value, reason):
    define(lambda: value)

    response = wire.call("Test.method", format=form)

    assert (response.status_code, response.content_type) == (400, "text/html; charset=utf-8")
    assert response.text == (
        f"Error: Data structure returned is not convertible in the requested format: {reason} "
        "Use the parameter format=json or format=xml instead."
    )


@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_an_error_is_one_line_of_escaped_text(define, wire, form):
    def refuse() -> None:
        raise ApiError('No "<b>" & more')

    define(refuse)

    response = wire.call("Test.method", format=form)

    assert (response.status_code, response.content_type) == (200, "text/html; charset=utf-8")
    assert response.data == b"Error: No &quot;&lt;b&gt;&quot; &amp; more"
    assert "Content-Disposition" not in response.headers


@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_no_data_is_no_file(define, wire, form):
    nothing: list[str] = []
    define(lambda: nothing)

    response = wire.call("Test.method", format=form)

    assert response.data == b"No data available"
    assert "Content-Disposition" not in response.headers


@pytest.mark.parametrize(("form", "body"), [("csv", b"message\nok"), ("tsv", b"message\tok")])
def test_success_is_one_pair(define, wire, form, body):
    define(lambda: None)

    assert wire.call("Test.method", format=form).data == body


@pytest.mark.parametrize("form", ["csv", "tsv"])
@pytest.mark.parametrize(
    ("value", "name"), [([1], "filename*=UTF-8''Export"), (None, "filename=piwik-report-export.csv")]
)
def test_it_is_a_file(define, wire, form, value, name):
    define(lambda: value)

    response = wire.call("Test.method", format=form)

    assert response.content_type == "application/vnd.ms-excel"
    assert response.headers["Content-Disposition"] == f"attachment; {name}"
