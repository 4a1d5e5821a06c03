"""``API.getBulkRequest``: several calls in one request."""

from urllib.parse import quote

import pytest

from app.api.matomo import context
from app.api.matomo.errors import ApiError
from app.api.matomo.methods import api
from app.api.matomo.methods.api import MOST_ANONYMOUS_URLS
from app.domain.errors import SlugTaken
from tests.matomo.conftest import SUCCESS, failure

BULK = "API.getBulkRequest"
WHO = "method=Test.who"
NOT_CALLED = failure(
    "This call was not made: those before it took too long or returned too much data. Please send it again."
)


@pytest.fixture(autouse=True)
def methods(define):
    def refuse() -> None:
        raise ApiError('No "x"')

    def conflict() -> None:
        raise SlugTaken

    def fail() -> None:
        raise RuntimeError("a secret of ours")

    def echo(text: str = "", other: list[str] | None = None) -> dict[str, object]:
        return {"text": text, "other": other}

    define(lambda: context.current_actor().username, "who")
    define(lambda: None, "write", writes=True)
    define(lambda: None, "alone", bulk=False)
    define(lambda: list(range(7)), "numbers")
    define(lambda: {0: "a", 1: "b"}, "by_number")
    for function in (refuse, conflict, fail, echo):
        define(function, function.__name__)


@pytest.fixture
def ada(caller_of, make_user):
    return caller_of(make_user("ada"))


class TestResults:
    def test_each_is_as_its_json_would_be_read(self, wire):
        urls = ["method=Test.echo&text=a%26b", "method=Test.write", WHO, "method=Test.numbers", "method=Test.by_number"]

        response = wire.call(BULK, urls=urls)

        assert response.status_code == 200
        assert response.json == [
            {"text": "a&b", "other": None},
            SUCCESS,
            {"value": ""},
            [0, 1, 2, 3, 4, 5, 6],
            ["a", "b"],
        ]

    def test_in_xml(self, wire):
        assert wire.xml(BULK, urls=[WHO, "method=Test.refuse", "method=Test.write"]) == (
            "<result>\n\t<row>\n\t\t<value />\n\t</row>\n"
            "\t<row>\n\t\t<result>error</result>\n\t\t<message>No &quot;x&quot;</message>\n\t</row>\n"
            "\t<row>\n\t\t<result>success</result>\n\t\t<message>ok</message>\n\t</row>\n</result>"
        )

    def test_errors_are_for_themselves(self, wire):
        urls = ["method=Test.refuse", "", "method=Test.nothing", "method=X.y", "method=Test.conflict", WHO]

        response = wire.call(BULK, urls=urls)

        assert response.status_code == 200
        assert [part.get("message") for part in response.json] == [
            'No "x"',
            "The parameter 'method' isn't set in the Request, and a default value wasn't provided.",
            "The method 'nothing' does not exist or is not available in the module '\\Piwik\\Plugins\\Test\\API'.",
            "The plugin X is not enabled. You can activate the plugin on Settings > Plugins page in Matomo.",
            "That share ID is already taken.",
            None,
        ]

    def test_so_are_our_faults(self, wire):
        response = wire.call(BULK, urls=["method=Test.fail", WHO])

        assert response.status_code == 200
        assert response.json[0]["result"] == "error"
        assert response.headers["X-Request-Id"] in response.json[0]["message"]
        assert "secret" not in response.text
        assert response.json[1] == {"value": ""}


class TestUrls:
    @pytest.mark.parametrize(
        "url", ["method=Test.echo&text=a%20b", "?method=Test.echo&text=a b", quote("method=Test.echo&text=a%20b")]
    )
    def test_they_come_plain_or_encoded_twice(self, wire, url):
        assert wire.call(BULK, urls=[url]).json == [{"text": "a b", "other": None}]

    def test_they_have_arrays(self, wire):
        assert wire.call(BULK, urls=["method=Test.echo&other[]=a&other[]=b"]).json == [
            {"text": "", "other": ["a", "b"]}
        ]

    def test_they_come_in_their_order(self, wire):
        response = wire.call(BULK, urls={"7": "method=Test.echo&text=1", "x": "method=Test.echo&text=2"})

        assert [part["text"] for part in response.json] == ["1", "2"]

    def test_what_they_do_not_say_the_request_says(self, wire):
        response = wire.call(BULK, urls=["method=Test.echo", "method=Test.echo&text=own"], text="outer")

        assert [part["text"] for part in response.json] == ["outer", "own"]

    def test_limits_are_for_each(self, wire):
        urls = ["method=Test.numbers", "method=Test.numbers&filter_limit=1"]

        assert wire.call(BULK, urls=urls, filter_limit=2).json == [[0, 1], [0]]

    def test_formats_are_not(self, wire):
        response = wire.call(BULK, urls=["method=Test.who&format=xml", "method=Test.who&format=foo&callback=f"])

        assert response.json == [{"value": ""}, {"value": ""}]

    def test_one_in_another_is_skipped(self, wire):
        assert wire.call(BULK, urls=[f"method={BULK}&urls[]={quote(WHO)}", WHO]).json == [{"value": ""}]

    def test_there_must_be_some(self, wire):
        response = wire.call(BULK)

        assert (response.status_code, response.json) == (400, failure("Please specify a value for 'urls'."))

    @pytest.mark.parametrize("urls", [WHO, "", " "])
    def test_text_is_none(self, wire, urls):
        assert wire.call(BULK, urls=urls).json == []

    def test_nor_are_arrays_in_it(self, wire):
        assert wire.call(BULK, urls={"0][x": WHO}).json == []


class TestBounds:
    @pytest.mark.parametrize("number", [MOST_ANONYMOUS_URLS, MOST_ANONYMOUS_URLS + 1])
    def test_ten_for_anybody(self, wire, number):
        response = wire.call(BULK, urls=[WHO] * number)

        assert response.status_code == (200 if number == 10 else 400)
        if number > 10:
            assert response.json == failure("Without a token, the parameter 'urls' can have at most 10 requests.")

    def test_for_users_as_many_as_there_is_room_for(self, ada):
        response = ada.call(BULK, urls=[WHO] * 990)

        assert (response.status_code, response.json) == (200, [{"value": "ada"}] * 990)

    def test_but_no_more_than_a_request_has_parameters(self, ada):
        response = ada.call(BULK, urls=[WHO] * 1000)

        assert response.status_code == 400
        assert "The request has more than 1000 parameters." in response.text

    @pytest.mark.parametrize(("name", "value"), [("MOST_SECONDS", -1), ("MOST_BYTES", 0)])
    def test_without_time_or_room_calls_are_not_made(self, wire, monkeypatch, name, value):
        monkeypatch.setattr(api, name, value)

        response = wire.call(BULK, urls=[WHO, "method=Test.write"])

        assert (response.status_code, response.json) == (200, [NOT_CALLED] * 2)

    def test_those_before_them_keep_their_results(self, wire, monkeypatch):
        monkeypatch.setattr(api, "MOST_BYTES", len('[0,1,2,3,4,5,6]{"value":""}'))

        response = wire.call(BULK, urls=["method=Test.numbers", WHO, WHO])

        assert response.json == [[0, 1, 2, 3, 4, 5, 6], {"value": ""}, NOT_CALLED]

    def test_some_methods_are_never_part_of_one(self, wire):
        assert wire.call(BULK, urls=["method=Test.alone"]).json == [
            failure("This method cannot be called in a bulk request.")
        ]
        assert wire.call("Test.alone").json == SUCCESS

    def test_writing_takes_post(self, wire):
        (part,) = wire.call(BULK, verb="GET", urls=["method=Test.write"]).json

        assert part == failure("The method 'write' changes data, so it must be called with POST.")


class TestCallers:
    def test_each_is_called_by_whoever_calls_all(self, ada):
        assert ada.call(BULK, urls=[WHO, WHO]).json == [{"value": "ada"}] * 2

    def test_but_may_have_its_own(self, ada, token_of, make_user):
        bob = token_of(make_user("bob"))

        response = ada.call(BULK, urls=[f"{WHO}&token_auth={bob}", WHO, f"{WHO}&token_auth=anonymous"])

        assert response.json == [{"value": "bob"}, {"value": "ada"}, {"value": ""}]

    def test_a_wrong_one_is_for_itself(self, ada):
        first, second = ada.call(BULK, urls=[f"{WHO}&token_auth=wrong", WHO]).json

        assert first["message"].startswith("Unable to authenticate with the provided token.")
        assert second == {"value": "ada"}

    def test_a_wrong_one_of_all_is_for_all(self, wire):
        response = wire.call(BULK, urls=[WHO], token_auth="wrong")

        assert response.status_code == 401

    def test_a_session_is_claimed_for_all_or_for_one(self, define, wire):
        define(context.needs_confirmation, "session")

        claimed = wire.call(BULK, urls=["method=Test.session"], force_api_session="1")
        own = wire.call(BULK, urls=["method=Test.session", "method=Test.session&force_api_session=1"])

        assert (claimed.json, own.json) == ([{"value": True}], [{"value": False}, {"value": True}])
