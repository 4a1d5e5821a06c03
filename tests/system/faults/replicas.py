"""Servers that read lists from a replica, and the state of that replica."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from tests.live import LiveServer
from tests.system.faults.callers import NEW_USER, Caller, login
from tests.system.faults.cluster import Server, until

LAST_LIST = """
    SELECT max(query_start) FROM pg_stat_activity
    WHERE application_name = 'frontdesk' AND query LIKE '%"user"%'
"""


def url_on(replica: Server, url: str) -> str:
    """Return the URL of the same database on the replica."""
    return f"{replica.url.rpartition('/')[0]}/{url.rpartition('/')[2]}"


def all_databases(server: Server) -> object:
    """Return the number of databases on a server."""
    return server.value("SELECT count(*) FROM pg_database")


def asked(replica: Server) -> datetime | None:
    """Return when a list of users was last read from the replica."""
    found = replica.value(LAST_LIST)
    assert found is None or isinstance(found, datetime)
    return found


def reads_from(caller: Caller, replica: Server) -> bool:
    """Return whether a caller's list is read from the replica."""
    before = asked(replica)
    assert caller.get("/api/users").status == 200
    return asked(replica) != before


def newcomer(server: LiveServer, admin: Caller, name: str, replica: Server, *, role: str = "admin") -> Caller:
    """Return a new user who has written nothing, so that their lists are read from the replica."""
    made = admin.post("/api/users", NEW_USER | {"username": name, "role": role})
    assert made.status == 200, made.body
    caller = login(server, name, NEW_USER["password"])
    if role == "admin":
        until(lambda: reads_from(caller, replica), what="a list from the replica")
    return caller


@contextmanager
def paused(replica: Server) -> Iterator[None]:
    """Pause replication during the block."""
    replica.value("SELECT pg_wal_replay_pause()")
    until(lambda: replica.value("SELECT pg_get_wal_replay_pause_state()") == "paused", what="the pause")
    try:
        yield
    finally:
        replica.value("SELECT pg_wal_replay_resume()")
