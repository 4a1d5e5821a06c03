"""The production server in a process of its own, for tests that need a real one."""

import os
import random
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 90
PORTS = range(20_000, 32_000)
"""Below the ports that Linux uses for outgoing connections."""
TAKEN: list[socket.socket] = []


@dataclass
class LiveServer:
    """A running server; its administrator is ``admin`` with ``PASSWORD``."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path
    environment: dict[str, str]

    PASSWORD = "administrator's own"


def free_port() -> int:
    """
    Return a port that is not in use, and that no other test process gets while this one runs. The kernel does not use
    these ports for outgoing connections.
    """
    for port in random.sample(PORTS, len(PORTS)):
        taken = socket.socket(socket.AF_UNIX)
        try:
            taken.bind(f"\0frontdesk-test-port-{port}")  # the name is released when its process ends
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", port))
        except OSError:
            taken.close()
        else:
            TAKEN.append(taken)
            return port
    raise AssertionError("no port is free")


def environment_for(database_url: str, instance: Path, **settings: str) -> dict[str, str]:
    """Return the environment of a Frontdesk process, without settings of the calling process."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FRONTDESK_")}
    kept.pop("DATABASE_URL", None)
    return kept | {
        "DATABASE_URL": database_url,
        "FRONTDESK_INSTANCE_PATH": str(instance),
        "XDG_CONFIG_HOME": str(instance),
        "FRONTDESK_ENVIRONMENT": "production",
        "FRONTDESK_SECRET_KEY": "a-long-key-that-is-only-for-the-tests-Zq8",
        "FRONTDESK_ADMIN_PASSWORD": LiveServer.PASSWORD,
        "FRONTDESK_BCRYPT_COST": "4",
        **{f"FRONTDESK_{name.upper()}": value for name, value in settings.items()},
    }


def frontdesk(*arguments: str, environment: dict[str, str], **options: object) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, and return its output."""
    return subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments],
        cwd=ROOT,
        env=environment,
        text=True,
        capture_output=True,
        timeout=120,
        check=False,
        **options,
    )


@contextmanager
def serving(database_url: str, instance: Path, **settings: str) -> Iterator[LiveServer]:
    """Yield a running server on an empty or a migrated database; it is stopped afterwards."""
    environment = environment_for(database_url, instance, **settings)
    made = frontdesk("setup", environment=environment)
    assert made.returncode == 0, made.stderr
    port = free_port()
    log = instance / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "serve", "--port", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=output,
        )
    server = LiveServer(f"http://127.0.0.1:{port}", process, log, environment)
    try:
        wait_for(server)
        yield server
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=60)


def wait_for(server: LiveServer) -> None:
    """Wait until the server is ready. :raises AssertionError: it never is; the message contains its log"""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            with urllib.request.urlopen(f"{server.url}/readyz", timeout=5):
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"the server did not start:\n{server.log.read_text()}")
