"""A Matomo to import from: it answers as Matomo 5.2 does, unless a test makes it misbehave."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

from tests.matomo.records import site_record
from tests.services.webhooks.receiver import Receiver, Respond, receiving

TOKEN = "0123456789abcdef0123456789abcdef"
CAPABILITIES = ("tagmanager_write", "tagmanager_publish_live_container", "tagmanager_use_custom_templates")
OK = "HTTP/1.1 200 OK"


def raw(body: bytes, *lines: str) -> Respond:
    """Respond with a status line, headers and a body."""
    first, *headers = lines or (OK,)
    head = [first, *headers, f"Content-Length: {len(body)}", "Connection: close", "", ""]
    return lambda line: line.sendall("\r\n".join(head).encode() + body)


def user(login: str, **fields: Any) -> dict[str, Any]:
    """A record as ``UsersManager.getUsers`` returns it to a superuser."""
    return {
        "login": login,
        "email": f"{login}@example.com",
        "superuser_access": 0,
        "date_registered": "2024-05-06 07:08:09",
        "invited_by": None,
        "invite_expired_at": None,
        "invite_accept_at": None,
        "invite_status": "active",
        "uses_2fa": False,
        **fields,
    }


def site(number: int, name: str = "Site", *others: str, **fields: Any) -> dict[str, Any]:
    """A record as ``SitesManager.getSitesWithAdminAccess`` returns it, with the URLs if they are asked for."""
    url = f"https://site{number}.example"
    usual = {
        "main_url": url,
        "ts_created": "2023-01-02 03:04:05",
        "creator_login": "root",
        "alias_urls": [url, *others],
    }
    return site_record(number, **usual | {"name": name} | fields)


class FakeMatomo:
    """What it has, and what was asked."""

    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver
        self.users: Any = []
        self.sites: Any = []
        self.access: dict[str, Any] = {}
        """By role or capability: logins with their sites."""
        self.capabilities: Any = [{"id": name} for name in CAPABILITIES]
        self.superuser: Any = True
        self.odd: list[Respond] = []
        """What the next requests get instead."""
        receiver.respond = self.respond

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.receiver.port}/stats/"

    @property
    def asked(self) -> list[dict[str, str]]:
        """The queries of all requests."""
        return [
            {name: values[-1] for name, values in parse_qs(urlsplit(path).query).items()}
            for path, _, _ in self.receiver.requests
        ]

    def respond(self, line: socket.socket) -> None:
        if self.odd:
            self.odd.pop(0)(line)
            return
        query = self.asked[-1]
        body = parse_qs(self.receiver.requests[-1][2].decode())
        if body.get("token_auth") != [TOKEN]:
            message = "Unable to authenticate with the provided token. It is either invalid or expired."
            said = orjson.dumps({"result": "error", "message": message})
            raw(said, "HTTP/1.1 401 Unauthorized")(line)
            return
        raw(orjson.dumps(self.result(query)), OK, "Content-Type: application/json; charset=utf-8")(line)

    def result(self, query: dict[str, str]) -> Any:
        match query["method"]:
            case "UsersManager.hasSuperUserAccess":
                return {"value": self.superuser}
            case "API.getMatomoVersion":
                return {"value": "5.2.0"}
            case "UsersManager.getUsers":
                return self.users
            case "SitesManager.getSitesWithAdminAccess":
                return self.sites
            case "UsersManager.getAvailableCapabilities":
                return self.capabilities
            case "UsersManager.getUsersSitesFromAccess":
                return self.access.get(query["access"], [])
        return {"result": "error", "message": f"The method &#039;{query['method']}&#039; does not exist"}


@contextmanager
def faking() -> Iterator[FakeMatomo]:
    """Yield a Matomo on a port of its own."""
    with receiving() as receiver:
        yield FakeMatomo(receiver)
