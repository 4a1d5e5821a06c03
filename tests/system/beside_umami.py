"""Frontdesk and a stand-in for Umami behind the proxies of ``deploy/beside-umami``."""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.gateway import umami
from tests.live import ROOT, free_port
from tests.system.proxy import adapted, nginx, running

FILES = ROOT / "deploy" / "beside-umami"
PROXIES = ("nginx", "caddy", "traefik")


@dataclass(frozen=True)
class Seen:
    """A request as it arrived at Umami."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class StandIn:
    """Takes the place of Umami: knows who may see which website, and checks tokens as Umami does."""

    readers: dict[str, str] = field(default_factory=dict)
    """The only user who may see a website, by the website's id."""
    seen: list[Seen] = field(default_factory=list)
    url: str = ""

    def status(self, request: Seen) -> int:
        """Return the status of Umami's response."""
        self.seen.append(request)
        parts = request.path.partition("?")[0].split("/")
        if parts[1] != "api" or parts[2] in ("send", "batch", "record", "scripts"):
            return 200
        user = site = None
        if bearer := request.headers.get("authorization"):
            user = umami.claims_of(bearer)["userId"]
        if share := request.headers.get("x-umami-share-token"):
            site = umami.verified(share)["websiteId"]
        if parts[2] == "websites":
            return 200 if parts[3] == site or (user and self.readers.get(parts[3]) == user) else 401
        return 200 if user else 401


@contextmanager
def stand_in() -> Iterator[StandIn]:
    """Serve a stand-in for Umami."""
    made = StandIn()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            self.do_GET = self.do_POST = self.do_DELETE = self.do_OPTIONS = self.answer  # type: ignore[method-assign]
            super().handle_one_request()

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status = made.status(Seen(self.command, self.path, headers, body))
            self.send_response(status)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def behind(name: str, frontdesk: str, stats: str, folder: Path) -> Iterator[str]:
    """Start a proxy with its example, and yield its URL."""
    port = free_port()
    ours = [("127.0.0.1:8000", frontdesk.removeprefix("http://")), ("127.0.0.1:3000", stats.removeprefix("http://"))]
    url = f"http://127.0.0.1:{port}"
    with running(name, CONFIGURE[name](folder, port, ours), folder, lambda: _listens(url)):
        yield url


def ask(url: str, call: str, *, body: bytes | None = None, **headers: str) -> tuple[int, Any]:
    """Make a request (``ask(url, "GET /login")``), and return status and body: decoded JSON, or text."""
    method, path = call.split(" ", 1)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(f"{url}{path}", data=body, method=method, headers=sent)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            status, content = response.status, response.read()
    except urllib.error.HTTPError as error:
        status, content = error.code, error.read()
    try:
        return status, json.loads(content)
    except ValueError:
        return status, content.decode(errors="replace")


def _listens(url: str) -> bool:
    try:
        return ask(url, "GET /login")[0] == 200
    except OSError:
        return False


def _nginx(folder: Path, port: int, ours: list[tuple[str, str]]) -> list[str]:
    return nginx(adapted(FILES / "nginx.conf", [*ours, ("listen 80;", f"listen {port};")]), folder)


def _caddy(folder: Path, port: int, ours: list[tuple[str, str]]) -> list[str]:
    site = adapted(FILES / "Caddyfile", [*ours, ("stats.example.org", f"http://127.0.0.1:{port}")])
    (folder / "Caddyfile").write_text("{\n\tadmin off\n}\n" + site)
    return ["run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


def _traefik(folder: Path, port: int, ours: list[tuple[str, str]]) -> list[str]:
    (folder / "dynamic.yml").write_text(adapted(FILES / "traefik-dynamic.yml", ours))
    places = [('":80"', f'"127.0.0.1:{port}"'), ("/etc/traefik/dynamic.yml", str(folder / "dynamic.yml"))]
    (folder / "traefik.yml").write_text(adapted(FILES / "traefik.yml", places))
    return [f"--configfile={folder / 'traefik.yml'}"]


CONFIGURE = {"nginx": _nginx, "caddy": _caddy, "traefik": _traefik}
