"""Several processes set up the same database at the same time, as replicas of a container do."""

import json
import subprocess
import sys

from tests.databases import fresh_database
from tests.live import ROOT, environment_for, frontdesk

PROCESSES = 6


def test_one_migrates_and_the_other_waits_its_turn(database: str, tmp_path):
    with fresh_database(database, tmp_path) as url:
        environment = environment_for(url, tmp_path)
        processes = [
            subprocess.Popen(
                [sys.executable, "-m", "app.cli", "setup"],
                cwd=ROOT,
                env=environment,
                text=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            for _ in range(PROCESSES)
        ]
        said = [process.communicate(timeout=120) for process in processes]
        users = json.loads(frontdesk("users", "list", "--json", environment=environment).stdout)

    assert [errors for _, errors in said] == [""] * PROCESSES
    assert sorted(output for output, _ in said) == [""] * (PROCESSES - 1) + ["Created the first administrator: admin\n"]
    assert [row["username"] for row in users["data"]] == ["admin"]
