"""The scripts in ``docs/examples``: run twice they change nothing; killed at any point, they end in the same state."""

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from app.settings import ROOT
from tests.conftest import DATABASES
from tests.databases import fresh_database
from tests.live import LiveServer, frontdesk, serving

EXAMPLES = ROOT / "docs" / "examples"
REQUESTS = 8
SCRIPTS = {"bash": ["bash", str(EXAMPLES / "provision.sh")], "python": [sys.executable, str(EXAMPLES / "provision.py")]}
VARYING = {
    "id",
    "createdAt",
    "updatedAt",
    "accessCode",
    "user",
    "team",
    "userId",
    "teamId",
    "createdBy",
    "twoFactorRequired",
}

pytestmark = pytest.mark.skipif(not shutil.which("curl") or not shutil.which("bash"), reason="needs curl and bash")


@dataclass
class Installation:
    """A server, and the keys of a program that provisions it."""

    server: LiveServer
    key: str
    reader: str

    def read(self, path: str, method: str = "GET") -> Any:
        asked = urllib.request.Request(
            self.server.url + path, method=method, headers={"Authorization": f"Bearer {self.reader}"}
        )
        try:
            with urllib.request.urlopen(asked, timeout=30) as response:
                return json.loads(response.read())
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.read().decode()}") from error

    @property
    def state(self) -> dict[str, Any]:
        """Everything that scripts provision, without ids and times."""
        users = [row for row in self.read("/api/users?orderBy=username")["data"] if row["username"] in ("ada", "bob")]
        teams = self.read("/api/admin/teams")["data"]
        websites = self.read("/api/admin/websites?orderBy=name")["data"]
        return {
            "users": [_fixed(row) for row in users],
            "teams": [
                {**_fixed(row), "members": sorted((one["user"]["username"], one["role"]) for one in row["members"])}
                for row in teams
            ],
            "websites": [
                {**_fixed(row), "owner": (row["team"] or {}).get("name") or row["user"]["username"]} for row in websites
            ],
        }

    @property
    def audited(self) -> list[str]:
        """What the program has done, oldest first."""
        rows = self.read("/api/admin/audit?actor=deploy&pageSize=1000")["data"]
        return [f"{row['action']} {row['target']['name']}" for row in reversed(rows)]

    def clear(self) -> None:
        """Delete what a script has provisioned."""
        for user in self.read("/api/users")["data"]:
            if user["username"] in ("ada", "bob"):
                self.read(f"/api/users/{user['id']}", "DELETE")
        assert self.state == {"users": [], "teams": [], "websites": []}


def _fixed(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in VARYING and not name.startswith("_")}


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder: Path = tmp_path_factory.mktemp("provisioning")
    with fresh_database(DATABASES[-1], folder) as url, serving(url, folder, restore_days="0") as server:

        def printed(*arguments: str) -> Any:
            done = frontdesk(*arguments, "--json", environment=server.environment)
            assert done.returncode == 0, done.stderr
            return json.loads(done.stdout)

        for name in ("deploy", "reader"):
            printed("users", "create", name, "--service", "--role", "admin")
        scopes = [word for name in ("users", "teams", "websites") for word in ("--scope", f"{name}:write")]
        key = printed("keys", "create", "deploy", "script", *scopes)["key"]
        yield Installation(server, key, printed("keys", "create", "reader", "tests", "--scope", "admin")["key"])


@dataclass
class Proxy:
    """Forwards PUT requests, and kills their sender after some of them, before it has read the answer."""

    url: str = ""
    kill_after: int = 0
    seen: list[str] = field(default_factory=list)
    kill: Callable[[], None] = lambda: None


@contextmanager
def proxy_to(upstream: str) -> Iterator[Proxy]:
    proxy = Proxy()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept = {name: self.headers[name] for name in ("Authorization", "If-None-Match") if self.headers[name]}
            asked = urllib.request.Request(upstream + self.path, data=body, method="PUT", headers=kept)
            try:
                with urllib.request.urlopen(asked, timeout=30) as response:
                    status, answer = response.status, response.read()
            except urllib.error.HTTPError as error:
                status, answer = error.code, error.read()
            proxy.seen.append(f"{status} {self.path}")
            if len(proxy.seen) == proxy.kill_after:
                proxy.kill()
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        proxy.url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield proxy
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(params=SCRIPTS)
def run(request: pytest.FixtureRequest, installation: Installation) -> Iterator[Callable[..., tuple[int, list[str]]]]:
    """``run()``: the script's exit code, and its requests with their statuses; with a number, it is killed after it."""
    with proxy_to(installation.server.url) as proxy:

        def script(kill_after: int = 0) -> tuple[int, list[str]]:
            environment = {
                **os.environ,
                "FRONTDESK_URL": proxy.url,
                "FRONTDESK_KEY": installation.key,
                "INITIAL_PASSWORD": "correct horse",
                "NO_PROXY": "127.0.0.1",
            }
            proxy.seen, proxy.kill_after = [], kill_after
            command = SCRIPTS[request.param]
            pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
            process = subprocess.Popen(command, env=environment, start_new_session=True, **pipes)
            proxy.kill = lambda: os.killpg(process.pid, signal.SIGKILL)
            process.communicate(timeout=60)
            return process.returncode, proxy.seen

        yield script
    installation.clear()


def test_a_second_run_changes_nothing(installation, run):
    done, asked = run()
    state, before = installation.state, installation.audited

    again, asked_again = run()

    assert (done, again) == (0, 0)
    assert [line.split()[0] for line in asked] == ["201", "200"] * 2 + ["201"] * 4
    assert [line.split()[0] for line in asked_again] == ["412", "200"] * 2 + ["200"] * 4
    assert [row["externalId"] for row in state["users"]] == ["hr-1001", "hr-1002"]
    assert [row["members"] for row in state["teams"]] == [[("ada", "team-owner"), ("bob", "team-member")]]
    assert [(row["name"], row["owner"]) for row in state["websites"]] == [("Blog", "ada"), ("Shop", "Marketing")]
    assert installation.state == state
    assert installation.audited == before


def test_killed_after_any_request_and_run_again_it_ends_in_the_same_state(installation, run):
    before = len(installation.audited)
    run()
    state, whole = installation.state, installation.audited[before:]
    for number in range(1, REQUESTS + 1):
        installation.clear()
        before = len(installation.audited)

        killed, asked = run(number)
        done, _ = run()

        assert (killed, len(asked), done) == (-signal.SIGKILL, number, 0)
        assert installation.state == state
        assert installation.audited[before:] == whole
