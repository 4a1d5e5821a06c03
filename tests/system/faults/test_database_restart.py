"""PostgreSQL restarts under load."""

import time
from collections.abc import Iterator

import pytest

from tests.live import LiveServer
from tests.system.faults.callers import assert_announced, creates_users, crowd, login, reads, token_of
from tests.system.faults.cluster import Server, until
from tests.system.faults.servers import abandoned

RECOVERY_SECONDS = 5


@pytest.fixture(scope="module")
def url(postgresql: Server) -> str:
    return postgresql.ready_database()


@pytest.fixture(scope="module")
def server(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with abandoned(url, tmp_path_factory.mktemp("restarted")) as running:
        yield running


def test_under_load_requests_fail_cleanly_then_all_is_as_before_and_nothing_is_lost(postgresql, server, url, usernames):
    admin, acknowledged = login(server), []
    lists = [reads(path) for path in (f"/api/users/{admin.user_id}", "/api/users", "/api/me/teams")]

    with crowd(server, token_of(admin), *[creates_users(acknowledged)] * 3, *lists) as calls:
        until(lambda: len(acknowledged) > 20, what="twenty accounts")
        postgresql.stop("immediate")
        until(lambda: any(answer.status == 503 for answer in calls.answers), what="an error")
        alive, ready = admin.get("/healthz"), admin.get("/readyz")
        postgresql.start()
        back = time.monotonic()
        until(lambda: calls.calm(seconds=1), seconds=RECOVERY_SECONDS + 1, what="a second without errors")

    assert (alive.status, ready.status) == (200, 503)
    assert calls.broken == []
    calls.assert_ok_or_announced()
    assert all(answer.status == 200 for answer in calls.since(back + RECOVERY_SECONDS))
    assert set(acknowledged) <= usernames(url)


def test_idle_connections_that_died_are_replaced_unnoticed(postgresql, server):
    admin = login(server)
    for _ in range(20):
        assert admin.get("/api/users").status == 200
    postgresql.stop("fast")
    postgresql.start()

    answers = [admin.get("/api/users") for _ in range(20)]
    made = admin.post("/api/teams", {"name": "Blue"})

    assert [answer.status for answer in [*answers, made]] == [200] * 21


def test_while_it_is_away_every_kind_of_request_is_refused_cleanly(postgresql, server):
    admin = login(server)
    postgresql.stop("fast")
    try:
        refused = [
            admin.post("/api/auth/login", {"username": "admin", "password": server.PASSWORD}),
            admin.get("/api/me"),
            admin.get("/api/users"),
            admin.post("/api/teams", {"name": "Blue"}),
        ]
    finally:
        postgresql.start()

    for answer in refused:
        assert_announced(answer)
    assert login(server).get("/api/me").status == 200
