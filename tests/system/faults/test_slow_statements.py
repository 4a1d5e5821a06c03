"""The log of slow statements."""

import pytest

from app.db import migrations
from app.domain.actor import OPERATOR
from app.services.authentication import credentials
from app.services.users import accounts
from tests.actors import acting
from tests.http.apps import other_app
from tests.http.logbook import logging_of
from tests.system.faults.locks import locked

EVERY_MS, NO_MS = 0.000001, 0
NAME = "None of yours"


@pytest.fixture
def lines_of(database_url, tmp_path, admin, token_of):
    """``lines_of(ms, method, path, json)``: the logged statements that take at least ``ms``, and the response."""

    def ask(ms, method, path, json=None):
        headers = {"Authorization": f"Bearer {token_of(admin)}", "X-Request-Id": "abc"}
        with other_app(database_url, tmp_path, slow_statement_ms=ms) as app, logging_of(app) as book:
            response = app.test_client().open(path, method=method, json=json, headers=headers)
            assert response.status_code == 200, response.json
            return [line for line in book.lines if line["event"] == "slow statement"]

    return ask


CALLS = [("GET", "/api/me", None), ("GET", f"/api/users?search={NAME}", None), ("POST", "/api/teams", {"name": NAME})]


@pytest.mark.parametrize(("method", "path", "body"), CALLS, ids=["a read", "a search", "a write"])
class TestSlow:
    def test_it_is_a_line_with_the_id_of_the_request(self, lines_of, method, path, body):
        lines = lines_of(EVERY_MS, method, path, body)

        assert lines
        for line in lines:
            assert {*line} == {"event", "ms", "statement", "level", "request_id", "timestamp"}
            assert (line["level"], line["request_id"]) == ("warning", "abc")
            assert line["ms"] >= 0
        assert any("login_session" in line["statement"] for line in lines)
        assert body is None or any(line["statement"].startswith("INSERT INTO team ") for line in lines)

    def test_no_value_is_in_it(self, lines_of, admin, method, path, body):
        written = str(lines_of(EVERY_MS, method, path, body))

        assert NAME not in written
        assert "None of" not in written
        assert str(admin.id) not in written
        assert admin.id.hex not in written

    def test_nothing_is_logged_where_nothing_is_slow_or_it_is_switched_off(self, lines_of, method, path, body):
        assert lines_of(60_000, method, path, body) == []
        assert lines_of(NO_MS, method, path, body) == []


def test_a_statement_is_one_line_and_cut_when_long(lines_of):
    statements = [line["statement"] for line in lines_of(EVERY_MS, "GET", "/api/websites?search=a&includeTeams=true")]

    assert max(map(len, statements)) <= 2000
    assert not any("\n" in statement for statement in statements)


class TestEnded:
    def test_one_that_took_too_long_and_was_ended_is_logged_too(self, postgresql, tmp_path):
        url = postgresql.new_database()
        with other_app(url, tmp_path, slow_statement_ms=EVERY_MS, statement_seconds=0.2) as app:
            with app.app_context():
                migrations.upgrade()
                ada = accounts.create_user(OPERATOR, username="ada", password="correct horse")
                token = credentials.open_session(acting(ada.id, ada.role))
            with locked(url, "ada"), logging_of(app) as book:
                response = app.test_client().delete("/api/me/sessions", headers={"Authorization": f"Bearer {token}"})

        slowest = max((line for line in book.lines if line["event"] == "slow statement"), key=lambda line: line["ms"])
        assert response.status_code == 503
        assert slowest["ms"] >= 200
        assert slowest["statement"].endswith("UPDATE")
