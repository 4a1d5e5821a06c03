"""Throttling by several servers with one database, and with a read-only database."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import psycopg
import pytest
from flask import Flask

from app.db import engines
from tests.conftest import PASSWORD
from tests.databases import REDIS, fresh_database, redis_version
from tests.http.apps import other_app
from tests.http.test_availability import assert_unavailable
from tests.live import LiveServer, serving
from tests.system.faults.callers import Caller
from tests.system.faults.locks import locked
from tests.umami.decisions.test_login import THROTTLED

ATTEMPTS = 10
AT_ONCE = 40
COPIES = {"database": "", **({"redis": REDIS} if redis_version() else {})}


@pytest.fixture(params=COPIES.values(), ids=COPIES)
def redis_url(request: pytest.FixtureRequest) -> str:
    return request.param


class TestTwoServers:
    def test_two_servers_on_one_database_share_the_limit(self, app, database_url, make_user, tmp_path, redis_url):
        ada = make_user()

        with ExitStack() as stack:
            apps = [stack.enter_context(other_app(database_url, tmp_path, redis_url=redis_url)) for _ in range(2)]
            responses = [log_in(apps[number % 2], ada.username, "wrong") for number in range(ATTEMPTS + 4)]
            right = [log_in(each, ada.username, PASSWORD) for each in apps]

        assert [response.status_code for response in responses] == [401] * ATTEMPTS + [429] * 4
        assert [response.json for response in right] == [THROTTLED] * 2

    @pytest.mark.slow
    def test_with_two_workers_ten_attempts_are_ten(self, database, tmp_path, redis_url):
        def guess(caller: Caller) -> int:
            return caller.post("/api/auth/login", {"username": "admin", "password": "wrong"}).status

        settings = {"workers": "2", "redis_url": redis_url, "trusted_proxies": "0"}
        with fresh_database(database, tmp_path) as url, serving(url, tmp_path, **settings) as server:
            with ThreadPoolExecutor(AT_ONCE) as threads:
                statuses = list(threads.map(guess, [Caller(server.url) for _ in range(AT_ONCE)]))
            right = [log_in_live(server) for _ in range(6)]

        assert sorted(statuses) == [401] * ATTEMPTS + [429] * (AT_ONCE - ATTEMPTS)
        assert right == [429] * 6


class TestNothingCanBeWritten:
    def test_wrong_logins_are_unavailable_and_then_too_many(self, app, database, database_url, make_user, tmp_path):
        ada = make_user("ada")

        with read_only(database, database_url) as url, other_app(url, tmp_path, login_attempts=3) as frozen:
            wrong = [log_in(frozen, "ada", "wrong") for _ in range(3)]
            right = log_in(frozen, "ada", ada.password)

        for response in wrong:
            assert_unavailable(response)
        assert right.json == THROTTLED

    def test_wrong_slugs_likewise(self, app, database, database_url, admin, make_website, make_share, tmp_path):
        slug = make_share(make_website(owner=admin))

        with (
            read_only(database, database_url) as url,
            other_app(url, tmp_path, login_attempts_per_address=3) as frozen,
        ):
            client = frozen.test_client()
            before = client.get(f"/api/share/{slug}")
            wrong = [client.get(f"/api/share/wrong{number}") for number in range(3)]
            after = client.get(f"/api/share/{slug}")

        assert before.status_code == 200
        for response in wrong:
            assert_unavailable(response)
        assert after.json == THROTTLED

    def test_while_another_program_writes_to_sqlite_they_are_unavailable(
        self, app, database, database_url, make_user, tmp_path, monkeypatch
    ):
        if database != "sqlite":
            pytest.skip("on PostgreSQL no one can lock the table of others by accident")
        monkeypatch.setattr(engines, "BUSY_TIMEOUT_MS", 50)
        make_user("ada")

        with other_app(database_url, tmp_path) as busy, locked(database_url, "ada"):
            response = log_in(busy, "ada", "wrong")

        assert_unavailable(response)


def log_in(app: Flask, username: str, password: str):
    return app.test_client().post("/api/auth/login", json={"username": username, "password": password})


def log_in_live(server: LiveServer) -> int:
    body = {"username": "admin", "password": server.PASSWORD}
    return Caller(server.url).post("/api/auth/login", body).status


@contextmanager
def read_only(database: str, url: str) -> Iterator[str]:
    """Yield a URL of the same database, which is read-only meanwhile."""
    if database == "sqlite":
        yield f"{url.replace('sqlite:///', 'sqlite:///file:')}?mode=ro&uri=true"
        return
    name = url.rpartition("/")[2]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        try:
            yield url
        finally:
            connection.execute("SET default_transaction_read_only = off")
            connection.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
