"""A replica that stops, hangs, is promoted or never existed: users do not notice."""

from collections.abc import Callable, Iterator

import pytest

from tests.live import LiveServer, free_port
from tests.system.faults.callers import Caller, crowd, login, reads, token_of
from tests.system.faults.cluster import Server, replica_of, until
from tests.system.faults.replicas import all_databases, newcomer, reads_from, url_on
from tests.system.faults.servers import abandoned

LISTS = [reads(path) for path in ("/api/users", "/api/admin/teams", "/api/me/websites", "/api/users?search=read")]


@pytest.fixture(scope="module")
def replica(postgresql: Server) -> Iterator[Server]:
    with replica_of(postgresql) as server:
        yield server


@pytest.fixture(scope="module")
def server(postgresql: Server, replica: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    url = postgresql.ready_database()
    until(lambda: all_databases(replica) == all_databases(postgresql), what="the database")
    with abandoned(url, tmp_path_factory.mktemp("replicated"), replica_url=url_on(replica, url)) as running:
        yield running


@pytest.fixture(scope="module")
def admin(server: LiveServer) -> Caller:
    return login(server)


@pytest.fixture(scope="module")
def reader(server: LiveServer, admin: Caller, replica: Server) -> Caller:
    """A user who has written nothing."""
    return newcomer(server, admin, "reader", replica)


def lists_go_on(server: LiveServer, reader: Caller, fault: Callable[[], None]) -> None:
    """Check that constant reads succeed during a fault."""
    with crowd(server, token_of(reader), *LISTS * 2) as calls:
        until(lambda: len(calls.answers) > 50, what="fifty answers")
        fault()
        for _ in range(2):
            before = len(calls.answers)
            until(lambda: len(calls.answers) > before + 100, what="a hundred answers")  # noqa: B023 (called at once)

    assert calls.broken == []
    assert {answer.status for answer in calls.answers} == {200}


def test_one_that_is_killed_costs_nothing_and_is_used_again_when_it_is_back(server, reader, replica):
    lists_go_on(server, reader, lambda: replica.stop("immediate"))

    replica.start()
    until(lambda: reads_from(reader, replica), what="a list from the replica")


def test_one_that_hangs_is_left_alone(server, reader, replica):
    until(lambda: reads_from(reader, replica), what="a list from the replica")
    with replica.frozen():
        lists_go_on(server, reader, lambda: None)

    until(lambda: reads_from(reader, replica), what="a list from the replica")


def test_one_that_is_promoted_goes_its_own_way(server, admin, reader, replica):
    until(lambda: reads_from(reader, replica), what="a list from the replica")
    lists_go_on(server, reader, replica.promote)
    before = reader.get("/api/admin/teams").body["count"]

    admin.post("/api/teams", {"name": "Blue"})

    until(lambda: not any(reads_from(reader, replica) for _ in range(10)), what="ten lists from the primary")
    assert reader.get("/api/admin/teams").body["count"] == before + 1


def test_one_that_was_never_there_is_not_missed(postgresql, tmp_path):
    nowhere = f"postgresql://frontdesk@127.0.0.1:{free_port()}/postgres"
    with abandoned(postgresql.ready_database(), tmp_path, replica_url=nowhere) as server:
        admin = login(server)
        made = admin.post("/api/teams", {"name": "Blue"})
        found = [admin.get(path) for path in ("/readyz", "/api/users", "/api/me/teams", "/api/admin/websites")]

        assert {answer.status for answer in [made, *found]} == {200}
        lists_go_on(server, admin, lambda: None)
