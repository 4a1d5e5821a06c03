"""nginx with the site of ``deploy/nginx.conf``."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.live import ROOT, LiveServer, free_port
from tests.system.faults.cluster import until

SITE = ROOT / "deploy" / "nginx.conf"
MAIN = """
{user}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


def program() -> str | None:
    """Return the path of nginx, or None if it is not installed."""
    return shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")


@contextmanager
def proxied(server: LiveServer, folder: Path) -> Iterator[str]:
    """Start nginx in front of a server, and yield its URL."""
    found, port = program(), free_port()
    assert found is not None
    site = SITE.read_text()
    for given, ours in (("127.0.0.1:8000", server.url.removeprefix("http://")), ("listen 80;", f"listen {port};")):
        assert site.count(given) == 1
        site = site.replace(given, ours)
    (folder / "site.conf").write_text(site)
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(MAIN.format(user=user, folder=folder))
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            [found, "-p", str(folder), "-c", str(folder / "nginx.conf")], stdout=output, stderr=output
        )
    try:
        until(lambda: (folder / "nginx.pid").exists() or process.poll() is not None, what="nginx's start")
        assert process.poll() is None, (folder / "output").read_text()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=60)
