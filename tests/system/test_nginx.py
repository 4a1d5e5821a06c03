"""Frontdesk behind nginx, with the site of ``deploy/nginx.conf``."""

import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live import LiveServer
from tests.server.activation import Unit, activated
from tests.server.processes import connections
from tests.system import proxy
from tests.system.faults.callers import Answer, Caller, creates_users, crowd, login, reads, token_of
from tests.system.faults.cluster import until

ATTEMPTS = 3
SECRET = "5e5087466c0bab38d97908d222f389d4"
ADA, MALLORY = "127.0.0.2", "127.0.0.3"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if proxy.program() is None:
        pytest.skip("nginx is not installed")
    return tmp_path_factory.mktemp("proxied")


@pytest.fixture(scope="module")
def unit(folder: Path) -> Iterator[Unit]:
    settings = {"trusted_proxies": "1", "login_attempts": str(ATTEMPTS)}
    with activated(f"sqlite:///{folder / 'test.db'}", folder, **settings) as made:
        yield made


@pytest.fixture(scope="module")
def server(unit: Unit) -> LiveServer:
    return unit.start()


@pytest.fixture(scope="module")
def url(server: LiveServer, folder: Path) -> Iterator[str]:
    with proxy.proxied(server, folder) as found:
        yield found


def status_of(address: str) -> int:
    """Return the status of a GET request."""
    try:
        with urllib.request.urlopen(address) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def log_in_from(url: str, address: str, password: str, **headers: str) -> Answer:
    """Log in from this client address."""
    caller = Caller(url)
    caller.come_from(address)
    return caller.post("/api/auth/login", {"username": "admin", "password": password}, **headers)


class TestClients:
    def test_they_are_told_apart_whatever_they_claim(self, server, url):
        guesses = [log_in_from(url, MALLORY, "wrong").status for _ in range(ATTEMPTS + 1)]
        claimed = log_in_from(url, MALLORY, server.PASSWORD, X_Forwarded_For=ADA)
        ada = log_in_from(url, ADA, server.PASSWORD, X_Forwarded_For=MALLORY)
        logins = Caller(url, ada.body["token"]).get("/api/me/sessions").body["data"]

        assert guesses == [401] * ATTEMPTS + [429]
        assert claimed.status == 429
        assert ada.status == 200
        assert [one["address"] for one in logins if one["current"]] == [ADA]

    def test_each_request_has_an_id_that_is_in_our_log_too(self, server, url):
        answer = Caller(url).get("/api/heartbeat")
        lines = [json.loads(line) for line in server.log.read_text().splitlines()]

        assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["X-Request-Id"])
        assert answer.headers["X-Request-Id"] in {line.get("request_id") for line in lines}

    @pytest.mark.parametrize(
        "path", ["/metrics", "/metrics/", "//metrics", "/%6detrics", "/x/../metrics", "/metrics?x"]
    )
    def test_metrics_are_not_for_them(self, url, path):
        assert Caller(url).get(path).status == 403

    @pytest.mark.parametrize("path", ["/internal/authorize", "//internal/authorize", "/x/../internal/authorize?x"])
    def test_nor_are_passes_for_umami(self, url, path):
        assert Caller(url).get(path).status == 403

    @pytest.mark.parametrize("place", ["invitations", "reset-password"])
    def test_links_are_in_nobodys_log(self, server, url, folder, place):
        statuses = [status_of(f"{url}/{place}/{SECRET}"), status_of(f"{url}/api/me?after={place}")]
        until(lambda: f"after={place}" in (folder / "access.log").read_text(), what="the line in nginx's log")

        assert statuses == [404, 401]
        assert SECRET not in (folder / "access.log").read_text() + server.log.read_text()

    def test_refusals_come_through_whole(self, url):
        answer = Caller(url).get("/api/me")

        assert (answer.status, answer.body["error"]["code"]) == (401, "unauthorized")


class TestConnections:
    def test_those_to_us_are_kept(self, server, url):
        port = int(server.url.rpartition(":")[2])
        before = connections(port)

        statuses = {Caller(url).get("/healthz").status for _ in range(30)}

        assert statuses == {200}
        assert connections(port)
        assert len(connections(port) - before) <= 2

    def test_the_server_is_restarted_and_nobody_notices(self, unit, server, url):
        admin, acknowledged = login(server), []
        jobs = [creates_users(acknowledged)] * 2 + [reads("/api/users"), reads("/api/me"), reads("/healthz")]

        with crowd(LiveServer(url, server.process, server.log, {}), token_of(admin), *jobs) as calls:
            until(lambda: len(calls.answers) > 50, what="fifty answers")
            unit.restart()
            before = len(calls.answers)
            until(lambda: len(calls.answers) > before + 50, what="answers of the new server")

        assert calls.broken == []
        assert {answer.status for answer in calls.answers} == {200}
        assert acknowledged
