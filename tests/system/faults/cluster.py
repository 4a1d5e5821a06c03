"""Temporary PostgreSQL servers that tests can stop, kill, replicate and promote."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg

from tests.live import environment_for, free_port, frontdesk
from tests.server.processes import children

SETTINGS = "fsync = off\nmax_connections = 60\nshared_buffers = 32MB\nwal_level = replica\nhot_standby = on\n"


def binaries() -> Path | None:
    """Return the folder of initdb and the other programs, or None if PostgreSQL's server is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


def as_postgres() -> list[str]:
    """Return a command prefix to run as the user postgres if we are root, because PostgreSQL refuses to run as root."""
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []


@dataclass
class Server:
    """A server with its data in ``folder``."""

    folder: Path
    port: int
    ready: str | None = None

    @property
    def url(self) -> str:
        return f"postgresql://frontdesk@127.0.0.1:{self.port}/postgres"

    def run(self, program: str, *arguments: str) -> str:
        """Run one of PostgreSQL's programs, and return its output. :raises CalledProcessError: it failed"""
        bin_folder = binaries()
        assert bin_folder is not None
        command = [*as_postgres(), str(bin_folder / program), *arguments]
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120, cwd="/")
        return done.stdout

    def shell(self, command: str, **environment: str) -> None:
        """Run a shell command that uses PostgreSQL's programs and this server. :raises CalledProcessError: it failed"""
        path = f"{binaries()}:{os.environ['PATH']}"
        server = {"PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGUSER": "frontdesk"}
        subprocess.run(
            command,
            shell=True,
            check=True,
            capture_output=True,
            timeout=120,
            env={**os.environ, "PATH": path, **server, **environment},
        )

    def start(self) -> None:
        log = str(self.folder / "server.log")
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-l", log, "-w", "-t", "60", "start")

    def stop(self, mode: str = "fast") -> None:
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-m", mode, "-w", "-t", "60", "stop")

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Stop its processes during the block: they accept data, but neither respond nor exit."""
        main = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(main, signal.SIGSTOP)  # from here on it starts no processes
        processes = [main, *children(main)]
        try:
            for process in processes:
                with suppress(ProcessLookupError):  # it has just ended
                    os.kill(process, signal.SIGSTOP)
            yield
        finally:
            for process in processes:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGCONT)

    def promote(self) -> None:
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-w", "promote")

    def new_database(self, template: str = "template1") -> str:
        """Return the URL of a new database, copied from ``template``; it exists as long as the server."""
        name = f"frontdesk_{uuid4().hex[:12]}"
        self.value(f"CREATE DATABASE {name} TEMPLATE {template}")
        return f"{self.url.rpartition('/')[0]}/{name}"

    def ready_database(self) -> str:
        """Return the URL of a database with tables and an administrator."""
        if self.ready is None:
            url = self.new_database()
            done = frontdesk("setup", environment=environment_for(url, self.folder))
            assert done.returncode == 0, done.stderr
            self.ready = url.rpartition("/")[2]
        return self.new_database(self.ready)

    def value(self, statement: str) -> object:
        """Return the first value of a statement's result."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement)  # type: ignore[call-overload]
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None


@contextmanager
def new_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="frontdesk-test-"))
    folder.chmod(0o755)
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def primary() -> Iterator[Server]:
    """Yield an empty server."""
    with new_folder() as folder:
        server = Server(folder, free_port())
        server.run("initdb", "-D", str(folder / "data"), "-U", "frontdesk", "-A", "trust", "-E", "UTF8", "--no-sync")
        with (folder / "data" / "postgresql.conf").open("a") as file:
            file.write(f"{SETTINGS}port = {server.port}\nunix_socket_directories = '{folder}'\n")
        with running(server):
            yield server


@contextmanager
def replica_of(leader: Server) -> Iterator[Server]:
    """Yield a streaming replica of a server."""
    with new_folder() as folder:
        server = Server(folder, free_port())
        source = f"host=127.0.0.1 port={leader.port} user=frontdesk"
        options = ["-R", "-X", "stream", "--checkpoint=fast", "--no-sync"]
        server.run("pg_basebackup", "-d", source, "-D", str(folder / "data"), *options)
        with (folder / "data" / "postgresql.conf").open("a") as file:
            file.write(f"port = {server.port}\nunix_socket_directories = '{folder}'\n")
        with running(server):
            yield server


@contextmanager
def running(server: Server) -> Iterator[None]:
    server.start()
    try:
        yield
    finally:
        with suppress(subprocess.CalledProcessError):  # the test may have stopped it
            server.stop("immediate")


def until(condition: object, *, seconds: float = 60.0, what: str = "it") -> None:
    """Wait until a function returns a true value. :raises AssertionError: it never does"""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():  # type: ignore[operator]
            return
        time.sleep(0.05)
    raise AssertionError(f"{what} did not happen within {seconds} s")
