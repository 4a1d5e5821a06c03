"""Proxies with the examples of ``deploy``."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
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


FOLDERS = os.pathsep.join(
    [os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin", str(Path(sys.executable).parent)]
)


def program(name: str = "nginx") -> str | None:
    """Return the path of a proxy, or None if it is not installed."""
    return shutil.which(name, path=FOLDERS)


@contextmanager
def proxied(server: LiveServer, folder: Path) -> Iterator[str]:
    """Start nginx in front of a server, and yield its URL."""
    port = free_port()
    site = adapted(SITE, [("127.0.0.1:8000", server.url.removeprefix("http://")), ("listen 80;", f"listen {port};")])
    with running("nginx", nginx(site, folder), folder, lambda: (folder / "nginx.pid").exists()):
        yield f"http://127.0.0.1:{port}"


def adapted(file: Path, replaced: Sequence[tuple[str, str]]) -> str:
    """Return the text of an example with other addresses, all of which must be in it."""
    text = file.read_text()
    for given, ours in replaced:
        assert given in text, f"{file.name} does not contain {given}"
        text = text.replace(given, ours)
    return text


def nginx(site: str, folder: Path) -> list[str]:
    """Write a configuration of nginx with one site, and return the arguments that make nginx use it."""
    (folder / "site.conf").write_text(site)
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(MAIN.format(user=user, folder=folder))
    return ["-p", str(folder), "-c", str(folder / "nginx.conf")]


@contextmanager
def running(name: str, arguments: list[str], folder: Path, started: Callable[[], bool]) -> Iterator[None]:
    """Run a proxy whose files are in a folder."""
    found = program(name)
    assert found is not None
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            [found, *arguments],
            stdout=output,
            stderr=output,
            env=os.environ | {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)},
        )
    try:
        until(lambda: started() or process.poll() is not None, what=f"the start of {name}")
        assert process.poll() is None, (folder / "output").read_text()
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)
