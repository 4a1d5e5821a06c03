"""Rows locked by another connection, and requests that all wait for them."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.system.faults.callers import NEW_USER, Answer, Caller, assert_announced, login, token_of
from tests.system.faults.cluster import until
from tests.system.faults.locks import locked
from tests.system.faults.servers import abandoned

SETTINGS = {
    "workers": "1",
    "database_pool_size": "1",
    "database_pool_timeout": "0.5",
    "statement_seconds": "6",
}


@pytest.fixture(scope="module")
def server(own_database, tmp_path_factory: pytest.TempPathFactory):
    with abandoned(own_database, tmp_path_factory.mktemp("server"), **SETTINGS) as running:
        yield running


def test_with_the_only_connection_waiting_others_are_refused_and_reads_go_on(server, own_database):
    admin = login(server)
    ada = admin.post("/api/users", NEW_USER | {"username": "ada"}).body["id"]

    def rename(name: str) -> Answer:
        return Caller(server.url, token_of(admin)).post(f"/api/users/{ada}", {"username": name})

    with ThreadPoolExecutor(3) as threads, locked(own_database, "ada"):
        writes = [threads.submit(rename, f"ada-{number}") for number in range(3)]
        until(lambda: sum(write.done() for write in writes) == 2, what="two answers")
        read = admin.get(f"/api/users/{ada}")
        refused = [write for write in writes if write.done()]

    for write in refused:
        assert_announced(write.result())
    assert (read.status, read.body["username"]) == (200, "ada")
    assert [write.result().status for write in writes if write not in refused] == [200]
    assert rename("ada").status == 200


def test_a_statement_that_waits_too_long_is_ended_and_refused(server, own_database):
    admin = login(server)
    grace = admin.post("/api/users", NEW_USER | {"username": "grace"}).body["id"]

    with locked(own_database, "grace"):
        refused = admin.post(f"/api/users/{grace}", {"username": "alan"})
    later = admin.post(f"/api/users/{grace}", {"username": "alan"})

    assert_announced(refused)
    assert later.status == 200
