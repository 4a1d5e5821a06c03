"""Socket activation as systemd does it (sd_listen_fds(3)): a listening socket that outlives each server using it."""

import fcntl
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests import live
from tests.live import LiveServer
from tests.system.faults.servers import kill_tree, make_ready

PASS_ON = """
import os, sys
for place, number in enumerate(sys.argv[1].split(",")):
    os.dup2(int(number), 3 + place)
os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": str(place + 1)}
os.execv(sys.executable, [sys.executable, "-m", "app.cli", "serve"])
"""
ABOVE = 100
"""Our own descriptors start here, above the numbers that the sockets are passed as."""


class Unit:
    """A service and its sockets; the service can be started, stopped and restarted."""

    def __init__(self, listeners: list[socket.socket], environment: dict[str, str], log: Path) -> None:
        self.numbers = [fcntl.fcntl(listener, fcntl.F_DUPFD_CLOEXEC, ABOVE) for listener in listeners]
        self.url = "http://{}:{}".format(*listeners[0].getsockname())
        self.environment, self.log = environment, log
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> LiveServer:
        """Start a server, and return it when it is ready."""
        with self.log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-c", PASS_ON, ",".join(map(str, self.numbers))],
                cwd=live.ROOT,
                env=self.environment,
                pass_fds=self.numbers,
                stdout=output,
                stderr=output,
            )
        self.processes.append(process)
        server = LiveServer(self.url, process, self.log, self.environment)
        live.wait_for(server)
        return server

    def restart(self) -> LiveServer:
        """Stop the server, and start another once it has exited. :raises AssertionError: it did not exit cleanly"""
        self.processes[-1].terminate()
        assert self.processes[-1].wait(timeout=60) == 0
        return self.start()

    def close(self) -> None:
        """Stop the server and close the sockets."""
        for process in self.processes:
            if process.poll() is None:
                kill_tree(process.pid)
                process.wait()
        for number in self.numbers:
            os.close(number)


@contextmanager
def activated(database_url: str, instance: Path, *, sockets: int = 1, **settings: str) -> Iterator[Unit]:
    """Yield a unit on a migrated database, or on an SQLite file that does not exist yet."""
    if database_url.startswith("sqlite"):
        make_ready(Path(database_url.removeprefix("sqlite:///")))
    environment = live.environment_for(database_url, instance, **settings) | {"TMPDIR": str(instance)}
    with ExitStack() as stack:
        address = ("127.0.0.1", live.free_port())
        listeners = [
            stack.enter_context(socket.create_server(address, backlog=1024, reuse_port=True)) for _ in range(sockets)
        ]
        unit = Unit(listeners, environment, instance / "server.log")
        stack.callback(unit.close)
        yield unit
