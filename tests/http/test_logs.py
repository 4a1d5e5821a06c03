"""Log lines: JSON in production, readable in development, and never with secrets."""

import logging
import re

import pytest
import structlog
from sqlalchemy import text

from app.db import migrations
from app.db.session import db
from app.domain.actor import OPERATOR
from app.services.users import accounts
from tests.http.apps import other_app
from tests.http.logbook import logging_of

PASSWORD, WRONG, NEW = "correct horse", "wrong battery", "another staple"
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z")


@pytest.fixture
def book(app):
    with logging_of(app) as found:
        yield found


def log_in(client, password=PASSWORD, name="ada"):
    return client.post("/api/auth/login", json={"username": name, "password": password})


class TestInProduction:
    def test_a_request_is_one_line_of_json(self, book, client_of, make_user):
        ada = make_user("ada")

        client_of(ada).get(f"/api/users/{ada.id}?secret=query", headers={"X-Request-Id": "abc"})

        (line,) = book.lines
        assert TIMESTAMP.fullmatch(line.pop("timestamp"))
        assert line.pop("ms") >= 0
        assert line == {
            "event": "request",
            "level": "info",
            "logger": "frontdesk.request",
            "request_id": "abc",
            "method": "GET",
            "path": f"/api/users/{ada.id}",
            "route": "/api/users/<user_id>",
            "status": 200,
            "user_id": str(ada.id),
            "address": "127.0.0.1",
        }

    def test_a_path_cannot_break_the_line(self, book, anonymous):
        anonymous.get("/api/x%0A%22%7D%0D%1b%5B2J%00%FF")

        (line,) = book.lines
        assert (line["path"], line["route"], line["status"]) == ('/api/x\n"}\r\x1b[2J\0\ufffd', None, 404)

    def test_lines_of_the_standard_library_look_the_same(self, book):
        logging.getLogger("some.library").warning("low on %s", "disk")

        (line,) = book.lines
        assert TIMESTAMP.fullmatch(line.pop("timestamp"))
        assert line == {"event": "low on disk", "level": "warning", "logger": "some.library"}

    def test_a_fault_is_told_in_full_with_the_id_of_its_request(self, failing_app):
        with logging_of(failing_app) as book:
            response = failing_app.test_client().get("/api/boom")

        fault, request = book.lines
        assert (fault["level"], fault["event"], fault["error"]) == ("error", "unhandled error", "RuntimeError")
        assert fault["exception"][0]["exc_value"] == "boom of 14"
        assert fault["exception"][0]["frames"][-1]["name"] == "boom"
        assert (request["event"], request["status"]) == ("request", 500)
        ids = {fault["request_id"], request["request_id"], response.json["error"]["requestId"]}
        assert ids == {response.headers["X-Request-Id"]}
        assert "a local secret" not in book.text
        assert "boom" not in response.text

    def test_probes_are_not_logged_while_all_is_well(self, book, anonymous):
        anonymous.get("/healthz")
        anonymous.get("/readyz")
        anonymous.post("/healthz")

        assert [line["status"] for line in book.lines] == [405]

    def test_quieter_levels_can_be_chosen(self, app_with):
        app = app_with(log_level="warning")

        with logging_of(app) as book:
            app.test_client().get("/api/heartbeat")
            structlog.get_logger().warning("disk is full")

        assert [line["event"] for line in book.lines] == ["disk is full"]


class TestInDevelopment:
    def test_lines_are_for_people(self, app_with):
        app = app_with(environment="development")

        with logging_of(app) as book:
            app.test_client().get("/api/heartbeat", headers={"X-Request-Id": "abc"})

        (line,) = book.text.splitlines()
        assert re.match(r"\d{4}-\d\d-\d\dT[\d:.]+Z \[info +\] request ", line)
        assert {"method=GET", "path=/api/heartbeat", "status=200", "request_id=abc"} <= set(line.split())
        assert "\x1b" not in line

    def test_a_fault_comes_with_a_plain_traceback(self, app_with):
        app = app_with(environment="development")
        app.add_url_rule("/api/boom", view_func=lambda: 1 // 0)

        with logging_of(app) as book:
            app.test_client().get("/api/boom")

        assert "Traceback (most recent call last):" in book.text
        assert "ZeroDivisionError: integer division or modulo by zero" in book.text


class TestSecrets:
    def test_no_password_and_no_token_is_ever_logged(
        self, book, anonymous, client_of, admin, make_user, make_website, make_share
    ):
        ada = make_user("ada")
        slug = make_share(make_website(owner=ada))
        token = log_in(anonymous).json["token"]
        log_in(anonymous, WRONG)
        log_in(anonymous, WRONG, name="nobody")
        bearer = {"Authorization": f"Bearer {token}"}
        anonymous.post("/api/me/password", json={"currentPassword": PASSWORD, "newPassword": NEW}, headers=bearer)
        anonymous.post("/api/me/password", json={"currentPassword": WRONG, "newPassword": NEW}, headers=bearer)
        client_of(admin).post(f"/api/users/{ada.id}", json={"password": NEW})
        share_token = anonymous.get(f"/api/share/{slug}").json["token"]
        shared = {"x-umami-share-token": share_token, "x-umami-share-context": "1"}
        anonymous.get("/api/me", headers=bearer)
        anonymous.get("/api/me", headers=shared)
        anonymous.get("/api/me", headers={"Authorization": "Bearer stolen-token-of-somebody"})

        assert len(book.lines) == 10
        for secret in (PASSWORD, WRONG, NEW, token, share_token, "stolen-token", "$2b$"):
            assert secret not in book.text

    @pytest.mark.parametrize("environment", ["production", "development"])
    def test_nor_when_the_database_fails_in_the_middle_of_a_login(self, empty_database, tmp_path, environment):
        with other_app(empty_database, tmp_path, environment=environment) as app:
            with app.app_context():
                migrations.upgrade()
                accounts.create_user(OPERATOR, username="ada", password=PASSWORD)
                with db.engine.begin() as connection:
                    connection.execute(text("ALTER TABLE login_session RENAME COLUMN token_hash TO elsewhere"))
            with logging_of(app) as book:
                response = log_in(app.test_client())

        assert response.status_code in (500, 503)
        assert "login_session" in book.text
        assert not re.search(r"[0-9a-f]{64}", book.text)
        for secret in (PASSWORD, "$2b$"):
            assert secret not in book.text
            assert secret not in response.text
