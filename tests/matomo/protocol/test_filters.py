"""The generic filters, including the cases of Matomo's own tests."""

import pytest

from app.api.matomo.filters import Part, window
from app.domain.pagination import MAX_OFFSET, Window
from tests.matomo.conftest import failure

TOTAL = "X-Matomo-Total-Results"
NUMBERS = list(range(101))
CUTS = {
    "100 by default": ({}, NUMBERS[:100]),
    "an empty limit is none": ({"filter_limit": ""}, NUMBERS[:100]),
    "the first": ({"filter_limit": 15}, NUMBERS[:15]),
    "some": ({"filter_limit": 15, "filter_offset": 30}, NUMBERS[30:45]),
    "beyond the end": ({"filter_limit": 15, "filter_offset": 101}, []),
    "none": ({"filter_limit": 0}, []),
    "all": ({"filter_limit": -1}, NUMBERS),
    "all from there": ({"filter_limit": -1, "filter_offset": 30}, NUMBERS[30:]),
    "any other negative number": ({"filter_limit": -7}, NUMBERS),
    "no number": ({"filter_limit": "abc"}, NUMBERS),
    "from the end": ({"filter_offset": -3}, NUMBERS[-3:]),
    "from before the beginning": ({"filter_offset": -1000, "filter_limit": 2}, NUMBERS[:2]),
    "some from the end": ({"filter_offset": -3, "filter_limit": 2}, NUMBERS[-3:-1]),
    "huge numbers": ({"filter_offset": 10**17, "filter_limit": 10**17}, []),
    "an array": ({"filter_limit": ["3"]}, NUMBERS),
}


@pytest.mark.parametrize(("asked", "rows"), CUTS.values(), ids=CUTS)
class TestCuts:
    def test_a_list(self, define, wire, asked, rows):
        define(lambda: NUMBERS)

        response = wire.call("Test.method", **asked)

        assert response.json == rows
        assert response.headers.get(TOTAL) == ("101" if len(rows) < 101 else None)

    def test_a_list_that_its_method_cuts(self, define, wire, asked, rows):
        def cut() -> list[int] | Part:
            wanted = window()
            if wanted is None:
                return NUMBERS
            return Part(NUMBERS[wanted.offset : wanted.offset + wanted.limit], len(NUMBERS))

        define(cut)

        response = wire.call("Test.method", **asked)

        assert response.json == rows
        assert response.headers.get(TOTAL) == ("101" if len(rows) < 101 else None)


class TestWindow:
    @pytest.mark.parametrize(
        ("asked", "wanted"),
        [
            ({}, Window(0, 100)),
            ({"filter_limit": 7, "filter_offset": 3}, Window(3, 7)),
            ({"filter_limit": "9" * 18, "filter_offset": "9" * 18}, Window(10**18 - 1, 10**18 - 1)),
            ({"filter_limit": -1}, None),
            ({"filter_offset": -1}, None),
            ({"filter_column": ["login"], "filter_pattern": "a"}, None),
            ({"filter_column": "login", "filter_pattern": "a"}, Window(0, 100)),
        ],
    )
    def test_what_a_method_needs_to_fetch(self, define, wire, asked, wanted):
        found = []
        define(lambda: found.append(window()))

        wire.call("Test.method", **asked)

        assert found == [wanted]
        assert wanted is None or max(wanted.offset, wanted.limit) <= MAX_OFFSET


class TestWhatIsNotFiltered:
    @pytest.mark.parametrize("value", ["a", 1, True, {"ada": 1, "bob": 2}, {"12": "view", "bob": "admin"}])
    def test_it_stays_as_it_is(self, define, wire, value):
        define(lambda: value)

        response = wire.call("Test.method", filter_limit=1, showColumns="x", filter_offset=1)

        assert response.json == (value if isinstance(value, dict) else {"value": value})
        assert TOTAL not in response.headers

    def test_nor_are_methods_that_say_so(self, define, wire):
        define(lambda: NUMBERS, filtered=False)

        assert wire.call("Test.method", filter_limit=1).json == NUMBERS


class TestRowsWithoutColumns:
    ROWS = ({"id": 1}, {"id": 2})

    def test_in_json_they_are_lists(self, drawn):
        assert drawn(list(self.ROWS), "json", showColumns="nope") == "[[],[]]"

    def test_in_xml_and_tables_there_is_nothing_in_them(self, drawn):
        assert (
            drawn(list(self.ROWS), "xml", showColumns="nope")
            == "<result>\n\t<row>\n\t</row>\n\t<row>\n\t</row>\n</result>"
        )
        assert drawn(list(self.ROWS), "csv", showColumns="nope", convertToUnicode=0) == "\n\n"


class TestDictsByNumber:
    SITES = {4: {"id": 4}, 7: {"id": 7}, 9: {"id": 9}}

    def test_they_are_lists_once_cut(self, drawn):
        assert drawn(self.SITES, "json") == '[{"id":4},{"id":7},{"id":9}]'

    def test_they_keep_their_numbers_otherwise(self, drawn):
        assert drawn(self.SITES, "json", filter_limit=-1) == '{"4":{"id":4},"7":{"id":7},"9":{"id":9}}'

    def test_columns_are_taken_from_them(self, drawn):
        assert drawn(self.SITES, "json", filter_limit=-1, hideColumns="id,x") == '{"4":[],"7":[],"9":[]}'


PEOPLE = [
    {"login": "ada", "email": "ada@x.org", "n": None},
    {"login": "bob", "email": "bob@y.org", "n": 12},
    {"login": "Cy", "email": "ADA@z.org", "n": True},
    {"login": "dee", "email": "dee@x.org", "n": False},
]


class TestPatterns:
    @pytest.mark.parametrize(
        ("columns", "pattern", "left"),
        [
            (["login"], "a", ["ada"]),
            (["login"], "A", ["ada"]),
            (["login", "email"], "ada", ["ada", "Cy"]),
            (["email"], "@x\\.", ["ada", "dee"]),
            (["email"], "^ada|^bob", ["ada", "bob", "Cy"]),
            (["n"], "^1", ["bob", "Cy"]),
            (["n"], "^$", ["ada", "dee"]),
            (["nothing"], ".", []),
            (["login"], "", ["ada", "bob", "Cy", "dee"]),
        ],
    )
    def test_rows_that_match_in_one_of_the_columns_stay(self, define, wire, columns, pattern, left):
        define(lambda: PEOPLE)

        found = wire.call("Test.method", filter_column=columns, filter_pattern=pattern).json

        assert [row["login"] for row in found] == left

    def test_they_are_taken_before_the_limit(self, define, wire):
        define(lambda: PEOPLE)

        response = wire.call("Test.method", filter_column=["email"], filter_pattern="@x", filter_limit=1)

        assert response.json == PEOPLE[:1]
        assert response.headers[TOTAL] == "2"

    def test_without_a_limit_they_keep_their_numbers(self, drawn):
        asked = {"filter_column": ["email"], "filter_pattern": "@[yz]", "filter_limit": -1, "showColumns": "login"}

        assert drawn(PEOPLE, "json", **asked) == '{"1":{"login":"bob"},"2":{"login":"Cy"}}'
        assert drawn(PEOPLE, "xml", **asked) == (
            '<result>\n\t<row key="1">\n\t\t<login>bob</login>\n\t</row>\n'
            '\t<row key="2">\n\t\t<login>Cy</login>\n\t</row>\n</result>'
        )

    def test_a_column_that_is_no_array_is_ignored(self, define, wire):
        define(lambda: PEOPLE)

        assert wire.call("Test.method", filter_column="login", filter_pattern="a").json == PEOPLE

    def test_texts_have_no_columns(self, define, wire):
        define(lambda: ["ada"])

        response = wire.call("Test.method", filter_column=["login"], filter_pattern="a")

        assert (response.status_code, response.json["result"]) == (400, "error")

    def test_what_is_no_pattern_of_ours_is_refused(self, define, wire):
        define(lambda: PEOPLE)

        response = wire.call("Test.method", filter_column=["login"], filter_pattern="a(?=b)")

        assert response.status_code == 400
        assert response.json == failure("The parameter 'filter_pattern' cannot be used: invalid perl operator: (?=.")


class TestColumns:
    ROWS = [{"label": "x", "login": "ada", "role": "view", "login__n": 1, "loginx": 2}]

    @pytest.mark.parametrize(
        ("asked", "left"),
        [
            ({"showColumns": "login"}, ["label", "login", "login__n"]),
            ({"showColumns": " login , role "}, ["label", "login", "role", "login__n"]),
            ({"showColumns": "nothing"}, ["label"]),
            ({"showColumns": ""}, ["label", "login", "role", "login__n", "loginx"]),
            ({"hideColumns": "login,role"}, ["label", "login__n", "loginx"]),
            ({"showColumns": "login", "hideColumns": "label"}, ["login", "login__n"]),
            ({"showColumns": ["login"]}, ["label", "login", "role", "login__n", "loginx"]),
        ],
    )
    def test_some_are_left(self, define, wire, asked, left):
        define(lambda: self.ROWS)

        assert list(wire.call("Test.method", **asked).json[0]) == left

    def test_with_limit_and_offset(self, define, wire):
        define(lambda: PEOPLE)

        response = wire.call("Test.method", showColumns="login", filter_limit=2, filter_offset=1)

        assert response.json == [{"login": "bob"}, {"login": "Cy"}]

    def test_one_record_keeps_its_own(self, define, wire):
        define(lambda: PEOPLE[0])

        assert wire.call("Test.method", showColumns="email", hideColumns="n").json == PEOPLE[0]
