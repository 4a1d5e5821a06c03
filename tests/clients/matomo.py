"""What Matomo's clients need of a server: a token, and websites with numbers."""

import json
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Any

from tests.live import LiveServer


@dataclass(frozen=True)
class Installation:
    """A server with websites 1 and 2, and the superuser's token."""

    url: str
    token: str

    def call(self, method: str, **parameters: str) -> Any:
        """What no client is asked for: the answer of a call, by POST."""
        given = {"module": "API", "format": "json", "method": method, "token_auth": self.token, **parameters}
        return post(self.url, given)


def post(url: str, form: dict[str, str]) -> Any:
    with urllib.request.urlopen(f"{url}/index.php", urllib.parse.urlencode(form).encode()) as response:
        return json.load(response)


def furnished(server: LiveServer) -> Installation:
    """The server with its token and websites."""
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
