"""A worker is killed while it writes."""

import os
import signal
from pathlib import Path

from tests.server.processes import children
from tests.system.faults.callers import creates_users, crowd, login, reads, token_of
from tests.system.faults.cluster import until
from tests.system.faults.servers import abandoned

WRITERS = 6


def test_what_was_acknowledged_is_there_and_the_others_go_on(own_database, usernames, tmp_path: Path):
    acknowledged: list[str] = []
    with abandoned(own_database, tmp_path, workers="2") as server:
        admin = login(server)
        victim, other = children(server.process.pid)

        with crowd(server, token_of(admin), *[creates_users(acknowledged)] * WRITERS, reads("/api/users")) as calls:
            until(lambda: len(acknowledged) > 20, what="twenty accounts")
            os.kill(victim, signal.SIGKILL)
            killed = len(acknowledged)
            until(lambda: victim not in children(server.process.pid), what="the end of the worker")
            until(lambda: len(children(server.process.pid)) == 2, what="a new worker")
            until(lambda: len(acknowledged) > killed + 20, what="twenty more accounts")

        assert other in children(server.process.pid)
        assert {answer.status for answer in calls.answers} == {200}
        # A client loses its request in progress, and one more that was waiting at the killed worker.
        assert len(calls.broken) <= 2 * (WRITERS + 1)
        assert set(acknowledged) <= usernames(own_database)
