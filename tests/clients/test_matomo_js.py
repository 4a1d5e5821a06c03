"""npm's ``piwik-client`` 0.2.2, unchanged, against the running server."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients import node
from tests.clients.matomo import Installation, furnished
from tests.live import LiveServer

FOLDER = Path(__file__).parent / "piwik_js"


@pytest.fixture(scope="module")
def installation(server: LiveServer) -> Iterator[Installation]:
    node.install(FOLDER)
    installation = furnished(server)
    bob = {"userLogin": "bob", "password": "SecurePass123", "email": "bob@example.com", "initialIdSite": "1"}
    installation.call("UsersManager.addUser", **bob)
    return installation


def said(installation: Installation, *calls: dict[str, str], token: str | None = None) -> list[dict[str, Any]]:
    """The arguments of the client's callbacks, one for each call."""
    arguments = (f"{installation.url}/index.php", token or installation.token, json.dumps(calls))
    done = node.run("node", "conversation.cjs", *arguments, folder=FOLDER)
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


def test_what_it_reads_comes_as_objects(installation):
    answers = said(
        installation,
        {"method": "UsersManager.getUsersLogin"},
        {"method": "UsersManager.getUsersAccessFromSite", "idSite": "1"},
        {"method": "UsersManager.hasSuperUserAccess"},
        {"method": "SitesManager.getSitesIdWithAtLeastViewAccess"},
    )

    assert answers == [
        {"error": None, "result": ["admin", "bob"]},
        {"error": None, "result": {"bob": "view"}},
        {"error": None, "result": {"value": True}},
        {"error": None, "result": [1, 2]},
    ]


def test_refusals_come_as_errors(installation):
    unknown, writing = said(
        installation,
        {"method": "UsersManager.getUser", "userLogin": "eve"},
        {"method": "UsersManager.deleteUser", "userLogin": "bob"},
    )

    assert unknown == {"error": "User 'eve' doesn't exist.", "result": None}
    assert writing["error"] == "The method 'deleteUser' changes data, so it must be called with POST."


def test_so_does_a_bad_token(installation):
    (answer,) = said(installation, {"method": "UsersManager.getUsersLogin"}, token="0" * 32)

    assert answer["result"] is None
    assert answer["error"].startswith("Unable to authenticate with the provided token.")
