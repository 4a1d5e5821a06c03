"""The README and the guides in ``docs``, copied into a shell block by block."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients.shell import blocks, copied
from tests.databases import fresh_database
from tests.live import LiveServer, frontdesk, serving

GUIDES = ["README.md", "docs/access.md", "docs/export-import.md", "docs/invitations.md", "docs/provisioning.md"]
SESSION = next(text for _, text in blocks("README.md") if "TOKEN=" in text)
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")

pytestmark = pytest.mark.skipif(not shutil.which("curl") or not shutil.which("bash"), reason="needs curl and bash")


@pytest.fixture
def fresh(database: str, tmp_path: Path) -> Iterator[LiveServer]:
    """A server with nothing but its first administrator."""
    with fresh_database(database, tmp_path) as url, serving(url, tmp_path) as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "bin").mkdir()
    return tmp_path / "bin"


def responses(printed: str) -> list[Any]:
    return [json.loads(line) for line in printed.splitlines() if line.startswith(("{", "["))]


def errors(printed: str) -> list[str]:
    return [line for line in printed.splitlines() if '"error"' in line or "Error" in line]


def usernames(server: LiveServer) -> list[str]:
    done = frontdesk("users", "list", "--json", environment=server.environment)
    return sorted(user["username"] for user in json.loads(done.stdout)["data"])


class TestTheFirstSession:
    def test_it_works_twice_beside_similar_names(self, fresh, folder):
        for name in ("adam", "bobby"):
            frontdesk("users", "create", name, "--generate", environment=fresh.environment)
        frontdesk("teams", "create", "A team", "--owner", "admin", environment=fresh.environment)

        for _ in range(2):
            (printed,), told = copied([SESSION], fresh, folder)

            assert errors(printed + told) == []
            member, grant, access, sites, users, matomo, sessions, *done = responses(printed)
            assert member["role"] == "team-member"
            assert (grant["user"]["username"], grant["right"]) == ("bob", "view")
            assert {row["user"]["username"]: row["right"] for row in access["data"]} == {
                "ada": "write",
                "admin": "admin",
                "bob": "view",
            }
            assert [row["name"] for row in sites["data"]] == ["Our site"]
            assert [row["username"] for row in users["data"]] == ["ada", "adam", "admin", "bob", "bobby"]
            assert [row["login"] for row in matomo] == ["ada", "adam", "admin", "bob", "bobby"]
            assert [row["current"] for row in sessions["data"]] == [True]
            assert done == [{"ok": True}] * 5
            assert usernames(fresh) == ["adam", "admin", "bobby"]

    def test_a_taken_name_is_reported_and_its_account_is_kept(self, fresh, folder):
        frontdesk("users", "create", "ada", "--generate", environment=fresh.environment)

        _, told = copied([SESSION], fresh, folder, strict=False)

        assert (
            '{"error":{"message":"User already exists","code":"bad-request","status":400,"reason":"name-taken"}}'
            in told
        )
        assert "Traceback" not in told
        assert usernames(fresh) == ["ada", "admin"]


def test_the_page_on_provisioning_can_be_copied_twice(fresh, folder):
    page = [text for kind, text in blocks("docs/provisioning.md") if kind == "sh"]

    (put, done, undone, found, posted), told = copied(page, fresh, folder)
    again = [page[0].replace("frontdesk users create", "true || frontdesk users create"), *page[1:]]
    (put_again, done_again, _, found_again, _), told_again = copied(again, fresh, folder)

    assert errors(put + found + posted + told + found_again + told_again) == []
    assert [row.get("name") or row.get("username") or row["role"] for row in responses(put)[1:]] == [
        *("ada", "Marketing", "team-owner", "Shop"),
    ]
    (ada, first) = responses(found)
    assert [row["username"] for row in ada["data"]] == ["ada"]
    assert (len(first["data"]), first["count"], "nextCursor" in first) == (1, 4, True)
    shown = next(json.loads(text) for kind, text in blocks("docs/provisioning.md") if '"succeeded"' in text)
    assert with_contents_hidden(responses(done)[0]) == with_contents_hidden(shown)
    assert [one["status"] for one in responses(done_again)[0]["results"]] == [200, 200, 200, 400]
    (failed,) = responses(undone)
    assert (failed["error"]["reason"], failed["error"]["index"]) == ("operation-failed", 1)
    assert [one["status"] for one in failed["results"]] == [424, 400]
    assert len(set(map(json.dumps, responses(posted)))) == 1
    assert '"code":"precondition-failed"' in put_again
    before, after = responses(put)[1:], responses(put_again)[1:]
    after[1]["members"] = [one for one in after[1]["members"] if one["role"] == "team-owner"]  # without eve
    assert after == before


def test_the_page_on_access_can_be_copied_from_top_to_bottom(fresh, folder):
    page = blocks("docs/access.md")
    over_http, on_the_server = (text for kind, text in page if kind == "sh")
    (shown,) = (json.loads(text) for kind, text in page if kind == "json")

    (answered, printed), told = copied([over_http, on_the_server], fresh, folder)

    assert errors(answered + told) == []
    given, lowered, access, everything, removed = responses(answered)
    assert without_ids(given) == without_ids(shown)
    assert (lowered["right"], lowered["capabilities"]["granted"]) == ("view", shown["capabilities"]["granted"])
    assert [row["user"]["username"] for row in access["data"]] == ["ada", "admin"]
    assert [row["website"]["name"] for row in everything["data"]] == ["Shop"]
    assert removed == {"ok": True}
    (table,) = (text for _, text in page if text.startswith("website  domain"))
    lines = [line.split() for line in printed.splitlines()]
    assert all(line.split() in lines for line in table.splitlines())


def with_contents_hidden(answer: Any) -> Any:
    """Return the answer to a bulk call without what differs each time."""
    hidden = {"data": "…", "etag": "…"}
    results = [{key: hidden.get(key, value) for key, value in one.items()} for one in answer["results"]]
    return {**answer, "results": results}


def without_ids(value: object) -> object:
    return json.loads(ID.sub("…", json.dumps(value)))


def test_the_page_on_invitations_can_be_copied_from_top_to_bottom(fresh, folder):
    commands = [text for kind, text in blocks("docs/invitations.md") if kind == "sh"]

    (calls, access, on_the_server), told = copied(commands, fresh, folder)

    assert errors(calls + access + told) == []
    ada, listed, again, revoked = responses(calls)
    assert (ada["username"], ada["state"]) == ("ada", "open")
    assert [row["email"] for row in listed["data"]] == ["bob@example.com"]
    assert again["link"].startswith(f"{fresh.url}/invitations/")
    assert revoked == {"ok": True}
    (carol,) = responses(access)
    assert ([grant["role"] for grant in carol["grants"]], [team["role"] for team in carol["teams"]]) == (
        ["write"],
        ["team-member"],
    )
    assert on_the_server.count("/invitations/") == 2
    assert usernames(fresh) == ["ada", "admin", "carol@example.com"]


@pytest.mark.parametrize("page", GUIDES)
def test_comments_may_be_pasted_into_a_shell_that_reads_none(page):
    """An interactive zsh takes comments for commands: a quote in one would swallow the lines after it."""
    comments = [line for kind, text in blocks(page) if kind == "sh" for line in text.splitlines() if line[:1] == "#"]

    assert comments
    assert [line for line in comments if re.search(r"['\"`()<>|&;$!*]", line)] == []
