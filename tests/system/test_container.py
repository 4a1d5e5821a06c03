"""The command of the image, run without Docker on a read-only file system as in docker-compose.yml."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live import ROOT, LiveServer, environment_for, free_port, wait_for
from tests.system.deployment import instructions
from tests.system.faults.callers import Caller

WRITABLE = "mount --bind / / && mount -o remount,bind,ro / && mount -t tmpfs tmpfs /tmp && mkdir /tmp/instance"
INSTANCE = Path("/tmp/instance")


def is_possible() -> bool:
    """Return whether this user can make the file system read-only for a child process."""
    tried = subprocess.run(
        ["unshare", "--mount", "--propagation", "private", "sh", "-c", WRITABLE], capture_output=True, check=False
    )
    return tried.returncode == 0


@pytest.fixture
def container(tmp_path: Path) -> Iterator[LiveServer]:
    if not is_possible():
        pytest.skip("a file system cannot be made read-only here")
    if ROOT.is_relative_to("/tmp"):
        pytest.skip("the project lies in /tmp, which is empty in the container")
    port = free_port()
    environment = environment_for("", INSTANCE, port=str(port), admin_password="")
    environment |= {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONDONTWRITEBYTECODE": "1"}
    del environment["DATABASE_URL"], environment["FRONTDESK_ADMIN_PASSWORD"]
    *shell, command = json.loads(instructions("CMD")[-1])
    assert shell == ["sh", "-c"]
    log = tmp_path / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private", "sh", "-c", f"{WRITABLE} && {command}"],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    server = LiveServer(f"http://127.0.0.1:{port}", process, log, environment)
    try:
        wait_for(server)
        yield server
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def test_it_sets_itself_up_serves_and_ends_when_told(container):
    (password,) = re.findall(r"Password \(shown only once\): (\S+)", container.log.read_text())

    login = Caller(container.url).post("/api/auth/login", {"username": "admin", "password": password})
    made = Caller(container.url, login.body["token"]).post("/api/teams", {"name": "Blue"})
    container.process.terminate()

    assert (login.status, made.status) == (200, 200)
    assert container.process.wait(timeout=40) == 0
