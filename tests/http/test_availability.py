"""Health checks, and responses when the database is down or has no free connection."""

import pytest

from app.db import migrations
from app.db.session import db
from tests.http.apps import other_app
from tests.http.problems import is_problem
from tests.umami.bodies import pretty, refusal

CALLS = [
    ("GET", "/api/share/x", None),
    ("GET", "/api/me", None),
    ("POST", "/api/auth/login", {"username": "ada", "password": "correct horse"}),
    ("POST", "/api/teams", {"name": "Blue"}),
]


def assert_unavailable(response):
    expected = refusal(503, "The database is not available", "server-error", requestId=response.headers["X-Request-Id"])
    assert response.status_code == 503
    assert pretty(response.json) == pretty(expected)
    assert int(response.headers["Retry-After"]) >= 1


class TestProbes:
    def test_a_living_process_with_a_current_database_is_healthy_and_ready(self, app, anonymous):
        healthy, ready = anonymous.get("/healthz"), anonymous.get("/readyz")

        with app.app_context():
            head = migrations.head_revision()
        assert (healthy.status_code, healthy.json) == (200, {"status": "ok"})
        assert (ready.status_code, ready.json) == (200, {"status": "ok", "revision": head})

    def test_without_a_database_it_is_healthy_and_not_ready(self, app_without_database):
        client = app_without_database.test_client()

        response = client.get("/readyz")

        assert client.get("/healthz").json == {"status": "ok"}
        assert is_problem(response, 503, "The database is not available.")

    def test_without_migrations_it_is_healthy_and_not_ready(self, empty_database, tmp_path):
        with other_app(empty_database, tmp_path) as app:
            client = app.test_client()
            response = client.get("/readyz")
            healthy = client.get("/healthz")

        assert healthy.status_code == 200
        assert is_problem(response, 503, "The database needs to be migrated. Run: frontdesk db upgrade")


class TestWithoutDatabase:
    @pytest.mark.parametrize(("method", "path", "body"), CALLS)
    def test_the_answer_says_when_to_come_back(self, app_without_database, method, path, body):
        bearer = {"Authorization": "Bearer some-token"}

        response = app_without_database.test_client().open(path, method=method, json=body, headers=bearer)

        assert_unavailable(response)

    @pytest.mark.parametrize("path", ["/api/heartbeat", "/api/config", "/api/nothing"])
    def test_what_needs_none_goes_on(self, app_without_database, path):
        response = app_without_database.test_client().get(path)

        assert response.status_code == (404 if path.endswith("nothing") else 200)


class TestWithoutConnections:
    def test_the_answer_says_when_to_come_back_and_later_all_is_well(self, app_with, admin, token_of):
        bearer = {"Authorization": f"Bearer {token_of(admin)}"}
        app = app_with(database_pool_size=1, database_pool_timeout=0.05)
        client = app.test_client()
        with app.app_context():
            taken = [engine.connect() for engine in db.engines.values()]

        refused = [client.open(path, method=method, json=body, headers=bearer) for method, path, body in CALLS]
        for connection in taken:
            connection.close()
        served = client.get("/api/me", headers=bearer)

        for response in refused:
            assert_unavailable(response)
        assert served.status_code == 200
