"""Two hundred connections at once, for FRONTDESK_SOAK_SECONDS (15 by default)."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import fmean
from threading import Event

import pytest

from tests.security.keepers import keep_calling
from tests.system.faults.callers import NEW_USER, login, token_of
from tests.system.faults.servers import abandoned, resident_bytes

CONNECTIONS = 200
SECONDS = min(float(os.environ.get("FRONTDESK_SOAK_SECONDS", "15")), 600)
WARM_UP_SECONDS = 2
MEGABYTE = 1024 * 1024


def sampled(pid: int, over: Event) -> list[int]:
    """Return the memory of the server, sampled four times a second."""
    samples = []
    while not over.wait(0.25):
        samples.append(resident_bytes(pid))
    return samples


@pytest.mark.slow
def test_all_are_served_and_memory_stays_flat(postgresql, tmp_path: Path, record_property):
    with abandoned(postgresql.ready_database(), tmp_path, log_level="error") as server:
        admin, over = login(server), Event()
        for number in range(30):
            admin.post("/api/users", NEW_USER | {"username": f"user-{number}"})
        team = admin.post("/api/teams", {"name": "Blue"}).body[0]["id"]
        paths = [f"/api/users/{admin.user_id}", "/api/users", "/api/users?search=user-1", f"/api/teams/{team}/users"]
        paths += ["/api/me", "/api/me/teams", "/api/me/websites", "/healthz"]

        def call(seconds: float):
            return asyncio.run(
                keep_calling(server.url, token_of(admin), paths, connections=CONNECTIONS, seconds=seconds)
            )

        call(WARM_UP_SECONDS)
        with ThreadPoolExecutor(1) as thread:
            memory = thread.submit(sampled, server.process.pid, over)
            tally = call(SECONDS)
            over.set()

        third = len(memory.result()) // 3
        first, last = fmean(memory.result()[:third]), fmean(memory.result()[-third:])
        record_property("answers", dict(tally.statuses))
        record_property("megabytes", [round(first / MEGABYTE, 1), round(last / MEGABYTE, 1)])
        print(f"{tally.statuses}, memory {first / MEGABYTE:.1f} MB at first, {last / MEGABYTE:.1f} MB at last")
        assert tally.broken == []
        assert tally.statuses[200] > CONNECTIONS
        assert set(tally.statuses) <= {200, 503}
        assert all(b"\r\nretry-after:" in response.lower() for response in tally.rejected)
        assert all(b'"code":"server-error"' in response for response in tally.rejected)
        assert last <= first * 1.1 + 10 * MEGABYTE
