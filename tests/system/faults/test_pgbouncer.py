"""Frontdesk behind PgBouncer in transaction mode."""

import subprocess
import urllib.parse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.live import LiveServer, environment_for, frontdesk
from tests.recordings.runner import Playing
from tests.system.faults import bouncer
from tests.system.faults.callers import NEW_USER, Answer, Caller, login, token_of
from tests.system.faults.cluster import Server
from tests.system.faults.servers import abandoned

THREADS, REQUESTS = 16, 200


@pytest.fixture(scope="module")
def direct_url(postgresql: Server) -> str:
    if bouncer.program() is None:
        pytest.skip("PgBouncer is not installed")
    return postgresql.ready_database()


@pytest.fixture(scope="module")
def bounced_url(postgresql: Server, direct_url: str) -> Iterator[str]:
    with bouncer.bouncing(postgresql) as port:
        yield f"postgresql://frontdesk@127.0.0.1:{port}/{direct_url.rpartition('/')[2]}"


@pytest.fixture(scope="module")
def server(bounced_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    folder = tmp_path_factory.mktemp("bounced")
    with abandoned(bounced_url, folder, database_behind_pgbouncer="true") as running:
        yield running


@pytest.mark.parametrize("scenario", ["users", "teams", "websites"])
def test_every_answer_is_umamis(server, scenario: str):
    caller = Caller(server.url)

    def send(method: str, path: str, *, query: Any = None, headers: Any = None, body: str | None = None) -> Any:
        answer = caller.send(
            method, path + (f"?{urllib.parse.urlencode(query)}" if query else ""), body, **headers or {}
        )
        return answer.status, answer.body

    problems = list(Playing(scenario, send, ("admin", server.PASSWORD)).problems())

    assert not problems, "\n".join(problems)


def test_many_at_once_share_few_connections(server):
    admin = login(server)

    def work(number: int) -> list[Answer]:
        caller = Caller(server.url, token_of(admin))
        made = caller.post("/api/users", NEW_USER | {"username": f"user-{number}"})
        paths = (f"/api/users/{made.body['id']}", "/api/users?search=user", "/api/me/teams")
        return [made, *[caller.get(path) for path in paths]]

    with ThreadPoolExecutor(THREADS) as threads:
        answers = [answer for four in threads.map(work, range(REQUESTS // 4)) for answer in four]

    assert [answer.status for answer in answers] == [200] * REQUESTS


class TestMigrations:
    """Migrations hold a lock and a setting on their connection, which the next client of the pool would inherit."""

    def test_a_current_database_is_left_alone(self, direct_url, bounced_url, server, tmp_path):
        done = [setup(bounced_url, tmp_path) for _ in range(2)]

        assert [run.returncode for run in done] == [0, 0]
        with psycopg.connect(direct_url) as connection:
            assert connection.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").fetchone() == (0,)

    def test_another_is_refused_with_a_word_on_how_to_do_it(self, postgresql, bounced_url, tmp_path):
        empty = postgresql.new_database()
        refused = setup(f"{bounced_url.rpartition('/')[0]}/{empty.rpartition('/')[2]}", tmp_path)
        direct = frontdesk("db", "upgrade", environment=environment_for(empty, tmp_path))

        assert (refused.returncode, refused.stdout) == (3, "")
        assert refused.stderr == (
            "Error: the database needs to be migrated, which is not possible through PgBouncer. Run frontdesk db "
            "upgrade with a DATABASE_URL that points to PostgreSQL itself and without "
            "FRONTDESK_DATABASE_BEHIND_PGBOUNCER\n"
        )
        assert direct.returncode == 0


def setup(url: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return frontdesk("setup", environment=environment_for(url, folder, database_behind_pgbouncer="true"))
