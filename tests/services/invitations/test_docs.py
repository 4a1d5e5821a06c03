"""The examples in ``docs/invitations.md`` work."""

import json
import re
import shlex
from pathlib import Path

from app.settings import ROOT
from tests.cli.conftest import invoke

PAGE = Path(ROOT / "docs" / "invitations.md").read_text()
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
HTTP, ON_THE_SERVER = (text for kind, text in BLOCKS if kind == "sh")
(BODY,) = (json.loads(text) for kind, text in BLOCKS if kind == "json")
CALLS = [line for line in HTTP.splitlines() if line.startswith("call ")]
COMMANDS = [shlex.split(line)[1:] for line in ON_THE_SERVER.splitlines()]


def send(client, line, invitation):
    """Send a curl command's request with a test client."""
    words = shlex.split(line.replace("$URL", "/api").replace("$ID", invitation))
    body = words[words.index("-d") + 1] if "-d" in words else None
    method = words[words.index("-X") + 1] if "-X" in words else "GET" if body is None else "POST"
    (url,) = [word for word in words if word.startswith("/api")]
    return client.open(url, method=method, data=body)


def test_the_calls_work_one_after_the_other(admin, client_of):
    client, answers = client_of(admin), []

    for line in CALLS:
        found = client.get("/api/invitations?search=bob").json["data"]
        answers.append(send(client, line, found[0]["id"] if found else ""))

    assert [answer.status_code for answer in answers] == [200] * 5
    assert [answer.json.get("state") for answer in answers] == ["open", "open", None, "open", None]
    assert client.get("/api/invitations").json["count"] == 1


def test_rights_can_be_given_from_the_start(admin, client_of, make_website, make_team):
    body = json.loads(json.dumps(BODY))
    body["grants"][0]["websiteId"], body["teams"][0]["teamId"] = str(make_website(owner=admin)), str(make_team(admin))

    made = client_of(admin).post("/api/invitations", json=body)

    assert made.status_code == 200
    assert {key: made.json[key] for key in ("email", "grants", "teams")} == body


def test_the_commands_work_one_after_the_other(app, admin, make_website, make_team):
    make_website("Our site", owner=admin)
    make_team(admin, "Blue")

    done = [invoke(app, *command, stdin="y\n") for command in COMMANDS]

    assert [result.exit_code for result in done] == [0] * 4, [result.output for result in done]
    assert all("/invitations/" in result.stdout for result in done[:2])
