"""The examples in ``docs/access.md`` work, and return what the page says."""

import json
import re
import shlex
from pathlib import Path
from uuid import UUID

import pytest

from app.domain.actor import OPERATOR
from app.services.users import accounts
from app.services.websites import websites
from app.settings import ROOT
from tests.cli.conftest import invoke

PAGE = Path(ROOT / "docs" / "access.md").read_text()
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
HTTP, ON_THE_SERVER = (text for kind, text in BLOCKS if kind == "sh")
IDS = dict(re.findall(r"^(SITE|ADA)=(\S+)$", HTTP, re.MULTILINE))
CALLS = [line for line in HTTP.splitlines() if line.startswith("call ")]
COMMANDS = [shlex.split(line)[1:] for line in ON_THE_SERVER.splitlines()]


@pytest.fixture
def shop(app, make_user, make_team, make_website):
    """The data of the page's examples: ada, Blue with its Blog, and Shop."""
    bob = make_user("bob")
    with app.app_context():
        ada = accounts.create_user(OPERATOR, username="ada", password="correct horse", id=UUID(IDS["ADA"]))
        make_website("Blog", "blog.example", team=make_team(bob, "Blue", member=[ada]))
        websites.create_website(OPERATOR, name="Shop", domain="shop.example", owner_id=bob.id, id=UUID(IDS["SITE"]))


def send(client, line):
    """Send a curl command's request with a test client."""
    words = shlex.split(line.replace("$URL", "/api").replace("$SITE", IDS["SITE"]).replace("$ADA", IDS["ADA"]))
    method = words[words.index("-X") + 1] if "-X" in words else "GET"
    body = words[words.index("-d") + 1] if "-d" in words else None
    (url,) = [word for word in words if word.startswith("/api")]
    return client.open(url, method=method, data=body)


def comparable(view):
    """Return the view without values that differ between databases: the website's number and the granter's id."""
    reasons = [{**reason, "grantedBy": {**reason["grantedBy"], "id": None}} for reason in view["reasons"]]
    return {**view, "website": {**view["website"], "number": None}, "reasons": reasons}


@pytest.mark.usefixtures("shop")
def test_the_calls_work_one_after_the_other(client_of, admin):
    client = client_of(admin)

    answers = [send(client, line) for line in CALLS]

    assert [answer.status_code for answer in answers] == [200] * 5
    (shown,) = (json.loads(text) for kind, text in BLOCKS if kind == "json")
    assert comparable(answers[0].json) == comparable(shown)
    assert answers[1].json["capabilities"]["granted"] == shown["capabilities"]["granted"]
    assert [row["user"]["username"] for row in answers[2].json["data"]] == ["ada", "admin"]
    assert [row["website"]["name"] for row in answers[3].json["data"]] == ["Blog", "Shop"]
    assert answers[4].json == {"ok": True}


@pytest.mark.usefixtures("shop")
def test_the_commands_work_one_after_the_other(app):
    done = [invoke(app, *words) for words in COMMANDS]

    assert [each.exit_code for each in done] == [0] * len(COMMANDS), [each.stderr for each in done]
    (shown,) = [text for kind, text in BLOCKS if text.startswith("website  domain")]
    printed = done[COMMANDS.index(["access", "ada"])].stdout
    assert [_words(line) for line in printed.splitlines()] == [_words(line) for line in shown.splitlines()]


def _words(line):
    return [word for word in line.split() if not word.isdigit()]
