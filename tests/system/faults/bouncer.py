"""PgBouncer in transaction mode."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from tests.live import free_port
from tests.system.faults.cluster import Server, as_postgres, new_folder, until

CONNECTIONS = 3
"""Connections from PgBouncer to PostgreSQL: fewer than Frontdesk opens, so that they are shared."""
SETTINGS = """
[databases]
* = host=127.0.0.1 port={server_port} user=frontdesk
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {connections}
max_client_conn = 200
"""


def program() -> str | None:
    """Return the path of PgBouncer, or None if it is not installed."""
    return shutil.which("pgbouncer", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")


@contextmanager
def bouncing(server: Server) -> Iterator[int]:
    """Start PgBouncer in front of a server, and yield its port."""
    found = program()
    assert found is not None
    port = free_port()
    with new_folder() as place:
        (place / "pgbouncer.ini").write_text(
            SETTINGS.format(server_port=server.port, port=port, connections=CONNECTIONS)
        )
        with (place / "log").open("wb") as log:
            process = subprocess.Popen(
                [*as_postgres(), found, str(place / "pgbouncer.ini")], stdout=log, stderr=log, cwd="/"
            )
        try:
            until(lambda: _answers(port), what="PgBouncer's first answer")
            yield port
        finally:
            process.kill()
            process.wait()


def _answers(port: int) -> bool:
    try:
        psycopg.connect(f"postgresql://anyone@127.0.0.1:{port}/postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
