"""A listening socket that is passed on as systemd does (sd_listen_fds(3)), so that it outlives each server on it."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import live
from tests.faults.servers import kill_tree, make_ready
from tests.live import LiveServer

PASS_ON = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": sys.argv[2]}
os.execv(sys.executable, [sys.executable, *sys.argv[3:]])
"""


class Unit:
    """A service and its socket: the service can be started, ended and started again."""

    def __init__(self, listener: socket.socket, environment: dict[str, str], log: Path) -> None:
        self.listener, self.environment, self.log = listener, environment, log
        self.processes: list[subprocess.Popen[bytes]] = []

    @property
    def url(self) -> str:
        return "http://{}:{}".format(*self.listener.getsockname()[:2])

    def launch(self, *, sockets: int = 1) -> LiveServer:
        """A new server on the socket; it need not be ready yet."""
        with self.log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-c", PASS_ON, str(self.listener.fileno()), str(sockets), "-m", "app.cli", "serve"],
                cwd=live.ROOT,
                env=self.environment,
                pass_fds=[self.listener.fileno()],
                stdout=output,
                stderr=output,
            )
        self.processes.append(process)
        return LiveServer(self.url, process, self.log, self.environment)

    def start(self) -> LiveServer:
        """A server that is ready."""
        server = self.launch()
        live.wait_for(server)
        return server

    def restart(self) -> LiveServer:
        """End the server, and start one in its place as soon as it is gone. :raises AssertionError: it ended badly"""
        self.processes[-1].terminate()
        assert self.processes[-1].wait(timeout=60) == 0
        return self.start()


@contextmanager
def activated(database_url: str, instance: Path, **settings: str) -> Iterator[Unit]:
    """A unit on a database that is ready, or on an SQLite file that is not there yet."""
    if database_url.startswith("sqlite"):
        make_ready(Path(database_url.removeprefix("sqlite:///")))
    environment = live.environment_for(database_url, instance, **settings) | {"TMPDIR": str(instance)}
    with socket.create_server(("127.0.0.1", live.free_port()), backlog=1024) as listener:
        unit = Unit(listener, environment, instance / "server.log")
        try:
            yield unit
        finally:
            for process in unit.processes:
                if process.poll() is None:
                    kill_tree(process.pid)
                    process.wait()
