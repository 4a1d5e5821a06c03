"""No secret that a server is sent, or gives, is in what it logs, measures or records."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

import pyotp
import pytest

from tests.live import LiveServer, frontdesk, serving
from tests.system.faults.callers import Answer, Caller

PASSWORDS = {name: f"{name} battery staple" for name in ("ada", "new", "wrong", "typed as a name", "of a link", "set")}
SECRET = re.compile(
    r"password|token|key$|secret|backup.?codes|accessCode|link|inviteLink|otpauth|slug|^value$", re.IGNORECASE
)
NAMES_OF_KINDS = {"keyPrefix", "api-key"}


class Eavesdropper:
    """Sends requests, and keeps each secret that it sends or gets."""

    def __init__(self, server: LiveServer) -> None:
        self.server = server
        self.secrets = {LiveServer.PASSWORD, server.environment["FRONTDESK_SECRET_KEY"], *PASSWORDS.values()}

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        answer = Caller(self.server.url).send(method, path, body, **headers)
        self.keep(answer.body)
        return answer

    def command(self, *arguments: str) -> str:
        """Run a command; everything long that it prints alone on a line is a secret."""
        done = frontdesk(*arguments, environment=self.server.environment)
        assert done.returncode == 0, done.stderr
        secret = done.stdout.strip().splitlines()[-1].split()[-1]
        self.secrets.add(secret)
        return secret

    def keep(self, body: Any, name: str = "") -> None:
        if isinstance(body, dict):
            for key, value in body.items():
                self.keep(value, key)
        elif isinstance(body, list):
            for value in body:
                self.keep(value, name)
        elif isinstance(body, str) and SECRET.search(name) and name not in NAMES_OF_KINDS:
            self.secrets.add(body)

    def matomo(self, method: str, **parameters: str) -> Answer:
        form = urlencode({"module": "API", "method": method, "format": "json", **parameters})
        return self.send("POST", "/index.php", form, Content_Type="application/x-www-form-urlencoded")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("secrets") / "test.db"


@pytest.fixture(scope="module")
def full_run(database: Path) -> Iterator[tuple[Eavesdropper, str]]:
    """All kinds of calls with secrets, right and wrong, and everything that the server wrote about them."""
    settings = {"log_level": "debug", "metrics_token": "a token for the metrics alone", "mail_host": "127.0.0.1"}
    settings |= {"mail_port": "9", "mail_from": "desk@example.org", "public_url": "https://desk.example.org"}
    with serving(f"sqlite:///{database}", database.parent, **settings) as server:
        caller = Eavesdropper(server)
        caller.secrets.add(settings["metrics_token"])
        run_through(caller, database)
        metrics = caller.send("GET", "/metrics", Authorization=f"Bearer {settings['metrics_token']}")
        assert metrics.status == 200
        audit = frontdesk("audit", "export", environment=server.environment)
        assert audit.returncode == 0, audit.stderr
        server.process.terminate()
        server.process.wait(timeout=60)
        yield caller, "\n".join([server.log.read_text(), str(metrics.body), audit.stdout])


def run_through(caller: Eavesdropper, database: Path) -> None:
    """Use each kind of secret in each place where it can be sent."""

    def bearer(token: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {token}"}

    def login(name: str, password: str) -> Answer:
        return caller.send("POST", "/api/auth/login", {"username": name, "password": password})

    admin = login("admin", LiveServer.PASSWORD).body["token"]
    ada = {"username": "ada", "password": PASSWORDS["ada"], "role": "user", "email": "ada@example.org"}
    made = caller.send("POST", "/api/users", ada, **bearer(admin))
    assert made.status == 200, made.body
    own = login("ada", PASSWORDS["ada"]).body["token"]
    for name, password in (("ada", PASSWORDS["wrong"]), (PASSWORDS["typed as a name"], "x"), ("ada", "x" * 5000)):
        login(name, password)
    caller.send("POST", "/api/auth/confirm", {"password": LiveServer.PASSWORD}, **bearer(admin))
    caller.send("POST", "/api/auth/confirm", {"password": PASSWORDS["wrong"]}, **bearer(admin))
    caller.send("POST", "/api/auth/sso", {}, **bearer(own))
    caller.send("POST", "/api/auth/forgot-password", {"username": PASSWORDS["typed as a name"]})

    keys = [
        caller.send("POST", "/api/me/api-keys", {"name": "x", "scopes": [scope]}, **bearer(admin)).body["key"]
        for scope in ("admin", "users:read")
    ]
    for key in keys:
        for headers in (bearer(key), {"x-umami-api-key": key}):
            caller.send("GET", "/api/users", **headers)
            caller.send("POST", "/api/me/api-keys", {"name": "y"}, **headers)
        caller.matomo("UsersManager.getUsers", token_auth=key)
    token = caller.command("tokens", "create", "admin", "Report")
    caller.command("keys", "create", "ada", "Import", "--scope", "users:read")
    for secret in (token, "0123456789abcdef" * 2):
        caller.secrets.add(secret)
        caller.matomo("UsersManager.getUsers", token_auth=secret)
        caller.send("GET", f"/index.php?module=API&method=UsersManager.getUsers&format=json&token_auth={secret}")
        caller.send("GET", f"/nowhere?token_auth={secret}&password={quote(PASSWORDS['wrong'])}")
        caller.send("GET", "/api/users", **bearer(secret))
    caller.matomo(
        "UsersManager.createAppSpecificTokenAuth",
        userLogin="ada", passwordConfirmation=PASSWORDS["ada"], description="x",
    )  # fmt: skip
    caller.matomo(
        "UsersManager.updateUser",
        token_auth=token, userLogin="ada", password=PASSWORDS["set"], passwordConfirmation=LiveServer.PASSWORD,
    )  # fmt: skip
    own = login("ada", PASSWORDS["set"]).body["token"]

    setup = caller.send("POST", "/api/2fa/setup/initiate", {}, **bearer(own)).body
    secret = setup["manualKey"]
    codes = caller.send("POST", "/api/2fa/setup/confirm", {"token": pyotp.TOTP(secret).now()}, **bearer(own)).body
    partial = login("ada", PASSWORDS["set"]).body["partialToken"]
    caller.send("POST", "/api/2fa/verify", {"token": "000000"}, **bearer(partial))
    done = caller.send("POST", "/api/2fa/verify", {"backupCode": codes["backupCodes"][0]}, **bearer(partial))
    assert done.status == 200, done.body

    team = caller.send("POST", "/api/teams", {"name": "Blue"}, **bearer(admin)).body[0]
    caller.send("POST", "/api/teams/join", {"accessCode": team["accessCode"]}, **bearer(own))
    caller.send("POST", "/api/teams/join", {"accessCode": "team_0123456789abcdef"}, **bearer(own))
    site = caller.send("POST", "/api/websites", {"name": "S", "domain": "s.example"}, **bearer(admin)).body["id"]
    share = {"name": "Link", "parameters": {}}
    slug = caller.send("POST", f"/api/websites/{site}/shares", share, **bearer(admin)).body["slug"]
    shared = caller.send("GET", f"/api/share/{slug}").body["token"]
    caller.send("GET", f"/api/websites/{site}", **{"x-umami-share-token": shared, "x-umami-share-context": "1"})

    for link in (
        caller.command("users", "reset-link", "admin", "--quiet"),
        caller.command("invitations", "create", "grace", "--quiet"),
    ):
        token = link.rpartition("/")[2]
        caller.secrets.add(token)
        path = link.removeprefix("https://desk.example.org")
        for sent in ({"password": "short"}, {"password": PASSWORDS["of a link"]}):
            page = caller.send("GET", path)
            assert page.status == 200, link
            form = urlencode({**sent, "confirmation": sent["password"]})
            caller.send("POST", path, form, Content_Type="application/x-www-form-urlencoded")

    caller.send("POST", "/api/auth/login", f'{{"username": "ada", "password": "{PASSWORDS["set"]}"')
    caller.send("POST", "/api/auth/login", json.dumps([PASSWORDS["set"]]))
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("ALTER TABLE user RENAME COLUMN password TO gone")
    broken = login("ada", PASSWORDS["set"])
    assert broken.status >= 500, broken.body
    caller.send("GET", "/api/me", **bearer(admin))


def leaks(secrets: set[str], text: str) -> list[str]:
    """Return the secrets that are in a text, as they are or encoded as in URLs, forms or JSON."""
    return [
        secret
        for secret in sorted(secrets)
        if len(secret) >= 8
        and any(form in text for form in (secret, quote(secret), quote_plus(secret), json.dumps(secret)[1:-1]))
    ]


def test_no_secret_is_in_what_the_server_writes(full_run):
    caller, written = full_run

    assert len(caller.secrets) > 35
    assert "/api/auth/login" in written
    assert '"login-failed"' in written
    assert leaks(caller.secrets, written) == []


def test_one_that_is_there_would_be_found(full_run):
    caller, written = full_run
    planted = sorted(caller.secrets)[0]

    assert leaks(caller.secrets, f"{written}\n{{'password': {planted!r}}}") == [planted]
