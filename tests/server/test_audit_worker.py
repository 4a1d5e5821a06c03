"""The server seals the audit log by itself."""

import json
import sqlite3

from tests.live import frontdesk, serving
from tests.server.processes import eventually


def test_new_events_are_sealed_within_seconds(tmp_path):
    file = tmp_path / "test.db"

    def count(condition):
        with sqlite3.connect(file) as connection:
            return connection.execute(f"SELECT count(*) FROM audit_event WHERE {condition}").fetchone()[0]

    with serving(f"sqlite:///{file}", tmp_path, workers="2") as server:
        before = count("1 = 1")
        made = frontdesk("users", "create", "ada", "--generate", environment=server.environment)
        assert made.returncode == 0, made.stderr

        assert count("1 = 1") == before + 1
        eventually(lambda: count("number IS NULL") == 0, "all events sealed")

    verified = json.loads(frontdesk("audit", "verify", "--json", environment=server.environment).stdout)
    assert (verified["rows"], verified["last"]) == (before + 1, before + 1)
