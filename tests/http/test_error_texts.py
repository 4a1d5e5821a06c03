"""Every API, the command line and the pages have a text for every error, and none has the words of another."""

import orjson
import pytest

from app.api.umami.schemas.base import camel_case
from app.cli import error_texts as cli
from app.domain.errors import (
    AnswerUnreadable,
    CodeUsed,
    ConfirmationNeeded,
    Conflict,
    DatabaseUnavailable,
    Denied,
    DomainError,
    FactorLocked,
    Invalid,
    InvalidField,
    KeyReused,
    LinkExpired,
    NotFound,
    PasswordChangeNeeded,
    PreconditionFailed,
    SecondFactorNeeded,
    SecondFactorRequired,
    StillRunning,
    Throttled,
    Unauthenticated,
    Unavailable,
    Unstorable,
    WrongCode,
    WrongCredentials,
)
from app.http import errors as http_errors
from app.http.middleware import REQUEST_ID
from tests.domain.errors_of_every_kind import EVERY_ERROR, EVERY_KIND
from tests.http.logbook import logging_of
from tests.pages.reading import Page

WORDS_OF_UMAMI = (
    "expected string",
    "expected array",
    "Invalid input",
    "Invalid string",
    "does not exists",
    "owner/manager",
)
WORDS_OF_MATOMO = ("Super User", "superuser", "super user", "idSite", "Matomo", "website id")
WORDS_OF_OTHERS = (*WORDS_OF_UMAMI, *WORDS_OF_MATOMO)
PLACES = ["/api/x", "/index.php", "/invitations/x", "/x"]
SECRET = "what the driver said"

UMAMI = {
    DomainError: 400,
    Unauthenticated: 401,
    Denied: 401,
    ConfirmationNeeded: 403,
    PasswordChangeNeeded: 403,
    SecondFactorNeeded: 403,
    SecondFactorRequired: 403,
    NotFound: 404,
    StillRunning: 409,
    PreconditionFailed: 412,
    KeyReused: 422,
    AnswerUnreadable: 422,
    Throttled: 429,
    Unavailable: 503,
}
MATOMO = {
    DomainError: 200,
    Unstorable: 400,
    Unauthenticated: 401,
    WrongCredentials: 200,
    WrongCode: 401,
    CodeUsed: 401,
    Denied: 401,
    Throttled: 429,
    Unavailable: 503,
}
PAGES = {DomainError: 409, NotFound: 404, LinkExpired: 410, Throttled: 429, Unavailable: 503}
PROBLEMS = {
    DomainError: 400,
    Invalid: 400,
    Conflict: 409,
    Unauthenticated: 401,
    Denied: 403,
    NotFound: 404,
    LinkExpired: 410,
    Throttled: 429,
    Unavailable: 503,
}


def status_for(table, error):
    """Return the status of the last class in the table that matches."""
    return [status for kind, status in table.items() if isinstance(error, kind)][-1]


@pytest.fixture
def present(app):
    """``present(error, path)`` returns the response to an error that was raised at this path."""

    def presented(error, path):
        with app.test_request_context(path, environ_overrides={REQUEST_ID: "an-id"}):
            response = http_errors.present(error)
        return response.status_code, response.headers, response.get_data(as_text=True)

    return presented


def holds_none_of(words, text):
    return text != "" and not any(word in text for word in words)


class TestEveryError:
    def test_on_umamis_api(self, present):
        for error in EVERY_ERROR:
            status, _, text = present(error, "/api/x")

            said = orjson.loads(text)["error"]
            assert status == status_for(UMAMI, error), error
            # Umami's envelope has no status while the second factor is locked.
            assert said.get("status") == (None if isinstance(error, FactorLocked) else status), error
            if isinstance(error, InvalidField):
                (field,) = said["properties"].items()
                assert (field[0], said["message"]) == (camel_case(error.field), "Bad request")
                (text,) = field[1]["errors"]
            else:
                text = said["message"]
            assert holds_none_of(WORDS_OF_MATOMO, text), error

    def test_on_matomos(self, present):
        for error in EVERY_ERROR:
            status, _, text = present(error, "/index.php?format=json")

            said = orjson.loads(text)
            assert (status, said["result"]) == (status_for(MATOMO, error), "error"), error
            assert holds_none_of(WORDS_OF_UMAMI, said["message"]), error

    def test_on_pages(self, present):
        for error in EVERY_ERROR:
            status, headers, text = present(error, "/invitations/x")

            assert (status, headers["Content-Type"]) == (status_for(PAGES, error), "text/html; charset=utf-8"), error
            assert Page(text).heading
            assert holds_none_of(WORDS_OF_OTHERS, text), error

    def test_by_the_command_line(self, app):
        with app.app_context():
            texts = [cli.text_of(error) for error in EVERY_ERROR]

        assert all(holds_none_of((*WORDS_OF_OTHERS, "\n"), text) for text in texts)

    def test_where_there_is_no_api(self, present):
        for error in EVERY_ERROR:
            status, _, text = present(error, "/x")

            assert (status, orjson.loads(text)["detail"]) == (status_for(PROBLEMS, error), error.message), error
            assert holds_none_of(WORDS_OF_OTHERS, text), error

    @pytest.mark.parametrize("path", PLACES)
    def test_when_to_come_again_is_told_everywhere(self, present, path):
        told = {type(error): present(error, path)[1].get("Retry-After") for error in EVERY_ERROR}

        expected = {
            kind: "7" if issubclass(kind, Throttled) else "1" if issubclass(kind, Unavailable | StillRunning) else None
            for kind in EVERY_KIND
        }
        assert told == expected


@pytest.mark.parametrize("path", PLACES)
@pytest.mark.parametrize(
    ("error", "event"),
    [
        (DatabaseUnavailable(SECRET), "the database is not available"),
        (Unstorable(SECRET), "the database refused a value"),
        (RuntimeError(SECRET), "unhandled error"),
    ],
    ids=["database away", "value refused", "fault"],
)
def test_what_operators_should_know_is_logged_once_and_told_to_no_client(app, present, path, error, event):
    with logging_of(app) as book:
        _, _, text = present(error, path)

    (line,) = book.lines
    assert line["event"] == event
    assert SECRET in book.text
    assert SECRET not in text
