"""Headers of every response, and the responses to all kinds of failures."""

from xml.etree import ElementTree

import pytest

from app.api.matomo import texts
from app.api.matomo.context import add_header
from app.api.matomo.errors import ApiError
from app.domain import errors
from tests.http.logbook import logging_of
from tests.matomo.conftest import Caller, failure

FORMS = ["xml", "json", "csv", "tsv", "foo"]


@pytest.fixture
def raising(define):
    """``raising(error)``: defines a method that raises it."""

    def make(error):
        def refuse() -> None:
            raise error

        define(refuse)

    return make


class TestHeaders:
    @pytest.mark.parametrize("form", FORMS)
    @pytest.mark.parametrize("method", ["Test.method", "Test.nothing", "X.y", ""])
    def test_every_answer_has_them(self, define, wire, form, method):
        define(lambda: ["a"])

        response = wire.call(method, format=form)

        headers = response.headers
        assert headers["X-Matomo-Request-Id"] == headers["X-Request-Id"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Content-Security-Policy"].startswith("default-src 'none';")
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert "X-Matomo-Total-Results" in headers["Access-Control-Expose-Headers"]
        assert all(len(headers.getlist(name)) == 1 for name in headers.keys())  # noqa: SIM118 (a multidict)

    def test_a_method_adds_its_own(self, define, wire):
        def tell() -> list[str]:
            add_header("X-Matomo-Has-Some", 1)
            return []

        define(tell)

        assert wire.call("Test.method").headers["X-Matomo-Has-Some"] == "1"

    def test_an_error_has_none_of_them(self, define, wire):
        def tell() -> None:
            add_header("X-Matomo-Has-Some", 1)
            raise ApiError("No.")

        define(tell)

        assert "X-Matomo-Has-Some" not in wire.call("Test.method").headers


REFUSALS = {
    "a rule": (ApiError("Rule."), 200, "Rule."),
    "a rule with its status": (ApiError("Rule.", 418), 418, "Rule."),
    "a value that breaks a rule": (
        errors.PasswordTooWeak("password"),
        200,
        "This password is too weak, please supply another value or reset it.",
    ),
    "a conflict": (errors.SlugTaken(), 200, "That share ID is already taken."),
    "something missing": (errors.UnknownUser("x"), 200, "User 'x' doesn't exist."),
    "not allowed": (errors.Denied(), 401, texts.DENIED),
    "not allowed, and why": (errors.AdminNeeded(), 401, texts.SUPERUSER),
    "nobody": (errors.Unauthenticated(), 401, texts.LOGGED_IN),
    "wrong credentials": (errors.WrongCredentials(), 200, texts.WRONG_PASSWORD),
    "throttled": (errors.Throttled(7), 429, texts.TOO_MANY_LOGINS),
    "busy": (errors.TooManyLogins(), 503, "Too many logins at once. Please try again."),
    "no database": (errors.DatabaseUnavailable("the driver's reason"), 503, texts.NO_DATABASE),
    "a value that the database does not take": (errors.Unstorable("a secret"), 400, texts.UNSTORABLE),
}


@pytest.mark.parametrize(("error", "status", "text"), REFUSALS.values(), ids=REFUSALS)
class TestRefusals:
    def test_in_json(self, wire, raising, error, status, text):
        raising(error)

        response = wire.call("Test.method")

        assert (response.status_code, response.json) == (status, failure(text))

    def test_in_xml(self, wire, raising, error, status, text):
        raising(error)

        response = wire.call("Test.method", format="xml")

        assert response.status_code == status
        assert ElementTree.fromstring(response.text).find("error").attrib == {"message": text}


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (errors.Throttled(7), "7"),
        (errors.Unavailable(), "1"),
        (errors.DatabaseUnavailable("gone"), "1"),
        (errors.Denied(), None),
    ],
)
def test_who_should_come_again_is_told_when(wire, raising, error, seconds):
    raising(error)

    assert wire.call("Test.method").headers.get("Retry-After") == seconds


@pytest.mark.parametrize("form", FORMS[:-1])
def test_a_fault_of_ours_is_told_by_its_number_alone(wire, raising, form):
    raising(RuntimeError("a secret"))

    with logging_of(wire.client.application) as book:
        response = wire.call("Test.method", format=form)

    fault, request = book.lines
    assert response.status_code == 500
    assert f"Its request ID in the log is {response.headers['X-Request-Id']}." in response.text
    assert "secret" not in response.text
    assert (fault["event"], fault["error"]) == ("unhandled error", "RuntimeError")
    assert (request["status"], request["path"], request["route"]) == (500, "/index.php", "/index.php")


@pytest.mark.parametrize("form", ["xml", "json", "csv"])
def test_a_database_that_is_away_is_told_in_the_format_asked_for(define, form, tmp_path):
    from tests.http.apps import other_app

    define(lambda: None)

    with other_app(f"sqlite:///{tmp_path}/no/such/folder/test.db", tmp_path) as app:
        response = Caller(app.test_client(), "0" * 43).call("Test.method", format=form)

    assert (response.status_code, response.headers["Retry-After"]) == (503, "1")
    assert texts.NO_DATABASE in response.text


class TestSecrets:
    TOKEN = "5f4dcc3b5aa765d61d8327deb882cf99"

    @pytest.mark.parametrize("verb", ["GET", "POST"])
    def test_no_token_is_logged(self, wire, raising, verb):
        raising(RuntimeError("boom"))

        with logging_of(wire.client.application) as book:
            Caller(wire.client, self.TOKEN).call("Test.method", verb=verb)
            wire.call("Test.method", verb=verb, password="hunter2", x=self.TOKEN)
            wire.client.get("/?module=API", headers={"Authorization": f"Bearer {self.TOKEN}"})

        assert len(book.lines) == 4
        assert self.TOKEN not in book.text
        assert "hunter2" not in book.text

    def test_none_is_in_the_metrics(self, wire):
        Caller(wire.client, self.TOKEN).call("Test.method", verb="GET")

        page = wire.client.get("/metrics").text

        assert 'route="/index.php"' in page
        assert self.TOKEN not in page
