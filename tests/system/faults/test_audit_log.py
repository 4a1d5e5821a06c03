"""The whole server is killed while many clients write: the audit log stays valid, and lacks no change."""

import json

from tests.live import frontdesk
from tests.system.faults.callers import creates_users, crowd, login, token_of
from tests.system.faults.cluster import until
from tests.system.faults.servers import abandoned, kill_tree

WRITERS = 16


def test_it_verifies_and_has_every_change(own_database, usernames, tmp_path):
    acknowledged: list[str] = []
    with abandoned(own_database, tmp_path, workers="2") as server:
        sealed_at_start = verified(server)["rows"]
        admin = login(server)

        with crowd(server, token_of(admin), *[creates_users(acknowledged)] * WRITERS):
            until(lambda: len(acknowledged) > 150, what="150 accounts")
            kill_tree(server.process.pid)

        found, recorded = verified(server), created(server)
        assert found["rows"] >= sealed_at_start + len(acknowledged)
        assert set(acknowledged) <= recorded
        assert recorded - {"admin"} == usernames(own_database) - {"admin", "anonymous"}


def verified(server):
    done = frontdesk("audit", "verify", "--json", environment=server.environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def created(server):
    """Return the names of all accounts that the log says were created."""
    done = frontdesk("audit", "export", environment=server.environment)
    rows = map(json.loads, done.stdout.splitlines())
    return {row["target_name"] for row in rows if row["action"] == "user-created"}
