"""A server prepared for Matomo's clients, with a token and websites."""

import json
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Any

from tests.live import LiveServer


@dataclass(frozen=True)
class Installation:
    """A server with the websites 1 and 2 and a token of the superuser."""

    url: str
    token: str

    def call(self, method: str, **parameters: str) -> Any:
        """Call a method by POST without a client, and return the result."""
        given = {"module": "API", "format": "json", "method": method, "token_auth": self.token, **parameters}
        return post(self.url, given)


def post(url: str, form: dict[str, str]) -> Any:
    with urllib.request.urlopen(f"{url}/index.php", urllib.parse.urlencode(form).encode()) as response:
        return json.load(response)


def furnished(server: LiveServer) -> Installation:
    """Create the token and the websites on a server."""
    form = {
        "module": "API",
        "format": "json",
        "method": "UsersManager.createAppSpecificTokenAuth",
        "userLogin": "admin",
        "passwordConfirmation": server.PASSWORD,
        "description": "tests",
    }
    installation = Installation(server.url, post(server.url, form)["value"])
    for number in (1, 2):
        made = installation.call("SitesManager.addSite", siteName=f"Site {number}", urls=f"https://{number}.example")
        assert made == {"value": number}
    return installation
