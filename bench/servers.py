"""The compared servers, each a process tree of its own on the same database."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.databases import Database
from bench.load import Caller, Headers
from bench.world import COST

ROOT = Path(__file__).resolve().parent.parent
WORKERS = 2
SERVE = ["-m", "app.cli", "serve", "--port", "{port}"]
START_SECONDS = 30


@dataclass(frozen=True)
class Server:
    """A running server; ``first_answer`` is the time from its start to its first response, in seconds."""

    name: str
    url: str
    process: subprocess.Popen[bytes]
    first_answer: float

    @property
    def pid(self) -> int:
        return self.process.pid


@dataclass(frozen=True)
class Kit:
    """What is needed to start servers: the database, a folder for their files, and headers with a valid token."""

    database: Database
    folder: Path
    headers: Headers = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """The environment of all servers, without Frontdesk settings of the calling process."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FRONTDESK_")}
        return kept | {
            "DATABASE_URL": self.database.url,
            "BENCH_DATABASE_URL": self.database.async_url,
            "FRONTDESK_ENVIRONMENT": "production",
            "FRONTDESK_INSTANCE_PATH": str(self.folder),
            "FRONTDESK_SECRET_KEY": "only-for-the-benchmark-Kq7vT2mZ9xW4pL",
            "FRONTDESK_ADMIN_PASSWORD": "administrators own",
            "FRONTDESK_BCRYPT_COST": str(COST),
            "FRONTDESK_WORKERS": str(WORKERS),
        }

    def setup(self) -> None:
        """Migrate the database and create the administrator."""
        subprocess.run([sys.executable, "-m", "app.cli", "setup"], cwd=ROOT, env=self.environment, check=True)

    def ours(self, path: str) -> "Running":
        return Running(self, "ours", SERVE, path)

    def before(self, path: str, checkout: Path) -> "Running":
        """Return an earlier revision of Frontdesk, from a checkout with its own virtual environment."""
        return Running(self, "before", SERVE, path, folder=checkout, python=checkout / ".venv" / "bin" / "python")

    def bare(self) -> "Running":
        return Running(self, "bare", ["-m", "bench.peers.bare", "{port}"], "/")

    def peer(self, path: str) -> "Running":
        command = ["-m", "uvicorn", "bench.peers.fastapi_app:app", "--port", "{port}", "--workers", str(WORKERS)]
        return Running(self, "peer", command, path)


@dataclass(frozen=True)
class Running:
    """A server that can be started; it is ready when ``path`` returns a success."""

    kit: Kit
    name: str
    command: Sequence[str]
    path: str
    folder: Path = ROOT
    python: Path = Path(sys.executable)

    @contextmanager
    def started(self) -> Iterator[Server]:
        """Start the server, yield it when it is ready, and stop it afterwards."""
        port = _free_port()
        log = self.kit.folder / f"{self.name}.log"
        command = [str(self.python), *(part.format(port=port) for part in self.command)]
        with log.open("wb") as output:
            began = time.perf_counter()
            process = subprocess.Popen(command, cwd=self.folder, env=self.kit.environment, stdout=output, stderr=output)
        try:
            self._wait(process, f"http://127.0.0.1:{port}", log)
            yield Server(self.name, f"http://127.0.0.1:{port}", process, time.perf_counter() - began)
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _wait(self, process: subprocess.Popen[bytes], url: str, log: Path) -> None:
        deadline = time.monotonic() + START_SECONDS
        caller = Caller(url, self.kit.headers)
        while time.monotonic() < deadline and process.poll() is None:
            if caller.ask("GET", self.path):
                caller.close()
                return
            time.sleep(0.005)
        raise RuntimeError(f"{self.name} did not start:\n{log.read_text()[-4000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
