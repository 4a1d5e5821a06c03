"""
A real Umami and Frontdesk write to one database at the same time.

Needs TEST_UMAMI_URL, where Umami 3.1 or later runs, and TEST_UMAMI_DATABASE_URL, its database, with an administrator
``admin`` whose password is TEST_UMAMI_PASSWORD (``umami`` by default). The database is adopted, and given back at the
end. TEST_UMAMI_SECONDS is how long both write.
"""

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask import Flask
from sqlalchemy import text

from app import create_app
from app.db.session import db
from app.domain.actor import OPERATOR
from app.domain.errors import DomainError
from app.domain.folding import fold, sort_key
from app.services import adoption
from app.services.teams import memberships, teams
from app.services.users import accounts
from app.services.websites import websites
from tests.conftest import settings_for
from tests.system.beside_umami import ask

URL = os.environ.get("TEST_UMAMI_URL", "")
DATABASE = os.environ.get("TEST_UMAMI_DATABASE_URL", "")
PASSWORD = os.environ.get("TEST_UMAMI_PASSWORD", "umami")
SECONDS = float(os.environ.get("TEST_UMAMI_SECONDS", "5"))
RACES = {
    *("AlreadyMember", "DatabaseUnavailable", "DeletedMeanwhile", "LastOwner", "NotFound", "NotMember"),
    *("UnknownReference", "UnknownTeam"),
}
"""What Frontdesk may say when Umami has just deleted what it was about to change."""
INVARIANTS = {
    "users without a key": 'SELECT 1 FROM "user" WHERE username_key IS NULL AND deleted_at IS NULL',
    "websites without a number": "SELECT 1 FROM website LEFT JOIN website_number USING (website_id) "
    "WHERE number IS NULL",
    "websites of no one": "SELECT 1 FROM website WHERE user_id IS NULL AND team_id IS NULL",
    "shares without a website": "SELECT 1 FROM share WHERE share_type = 1 AND website_id IS DISTINCT FROM entity_id",
    "recording that differs": "SELECT 1 FROM website w WHERE w.recording_enabled <> "
    "COALESCE(to_jsonb(w)->>'recorder_enabled', to_jsonb(w)->>'replay_enabled')::boolean",
}

pytestmark = pytest.mark.skipif(not (URL and DATABASE), reason="TEST_UMAMI_URL or TEST_UMAMI_DATABASE_URL is not set")


class Umami:
    """A client of the real Umami, logged in as its administrator."""

    def __init__(self) -> None:
        self.token = ""
        self.token = self.call("POST", "/api/auth/login", {"username": "admin", "password": PASSWORD})[1]["token"]
        self.statuses: Counter[int] = Counter()

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        return ask(URL, f"{method} {path}", body=None if body is None else orjson.dumps(body), **headers)

    def do(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        status, found = self.call(method, path, body)
        self.statuses[status] += 1
        return found if status == 200 else None


@pytest.fixture
def beside(tmp_path: Path) -> Iterator[Flask]:
    app = create_app(settings_for(DATABASE, tmp_path))
    with app.app_context():
        adoption.adopt(OPERATOR, lambda _text: None)
        yield app
        adoption.undo(OPERATOR, lambda _text: None)
        for engine in db.engines.values():
            engine.dispose()


def of_umami(umami: Umami, number: int) -> None:
    """Create, rename, move and delete as Umami's dashboard does."""
    name = f"umami-{os.getpid()}-{number}-{random.randrange(10**9)}"
    user = umami.do("POST", "/api/users", {"username": name, "password": "correct horse", "role": "user"})
    team = umami.do("POST", "/api/teams", {"name": name[:50]})
    if user is None or team is None:
        return
    user_id, team_id = user["id"], team[0]["id"]
    umami.do(
        "POST",
        f"/api/teams/{team_id}/users",
        {"userId": user_id, "role": random.choice(["team-member", "team-manager"])},
    )
    site = umami.do("POST", "/api/websites", {"name": name, "domain": "a.example", "teamId": team_id})
    if site is not None:
        umami.do("POST", f"/api/websites/{site['id']}", {"name": f"Größe {number}", "domain": "b.example"})
        umami.do("POST", f"/api/websites/{site['id']}/shares", {"name": "All", "parameters": {}})
    umami.do("POST", f"/api/users/{user_id}", {"username": f"{name}-X", "role": "view-only"})
    if number % 2:
        umami.do("DELETE", f"/api/teams/{team_id}")
    if number % 3:
        umami.do("DELETE", f"/api/users/{user_id}")
    if site is not None and number % 5:
        umami.do("DELETE", f"/api/websites/{site['id']}")


def of_frontdesk(number: int) -> None:
    """The same here, also with users and teams that Umami is changing."""
    name = f"frontdesk-{os.getpid()}-{number}-{random.randrange(10**9)}"
    user = accounts.create_user(OPERATOR, username=name, password="correct horse")
    team, _ = teams.create_team(OPERATOR, name=name[:50], owner_id=user.id)
    site = websites.create_website(OPERATOR, name=name, domain="c.example", team_id=team.id, share_id=name)
    websites.update_website(OPERATOR, site.id, name=f"Straße {number}", replay_enabled=bool(number % 2))
    accounts.update_user(OPERATOR, user.id, username=f"{name}-X")
    others = rows(
        "SELECT user_id FROM \"user\" WHERE deleted_at IS NULL AND username <> 'admin' ORDER BY random() LIMIT 2"
    )
    groups = rows("SELECT team_id FROM team ORDER BY random() LIMIT 1")
    for (other,) in others:
        for (group,) in groups:
            memberships.add_member(OPERATOR, group, user_id=other, role="team-member")
            memberships.remove_member(OPERATOR, group, other)
    if others and number % 2:
        accounts.delete_user(OPERATOR, others[0][0])
    if groups and number % 3:
        teams.delete_team(OPERATOR, groups[0][0])
    if number % 5:
        websites.delete_website(OPERATOR, site.id)


def rows(query: str) -> list[tuple[Any, ...]]:
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def repeated(work: Callable[[int], None], until: float, errors: Counter[str]) -> int:
    number = 0
    while time.monotonic() < until:
        number += 1
        try:
            work(number)
        except DomainError as error:
            errors[type(error).__name__] += 1
    return number


def test_both_write_at_once_and_no_rule_is_broken(beside: Flask) -> None:
    umami, errors, until = Umami(), Counter[str](), time.monotonic() + SECONDS

    def here() -> None:
        with beside.app_context():
            repeated(of_frontdesk, until, errors)

    threads = [
        threading.Thread(target=repeated, args=(lambda number: of_umami(umami, number), until, errors))
        for _ in range(2)
    ] + [threading.Thread(target=here) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    broken = {name: len(found) for name, query in INVARIANTS.items() if (found := rows(query))}
    assert (broken, adoption.check(OPERATOR).findings) == ({}, [])
    assert {
        name
        for name, key in rows('SELECT username, username_key FROM "user" WHERE deleted_at IS NULL')
        if fold(name) != key
    } == set()
    assert {name for name, key in rows("SELECT name, name_key FROM website") if sort_key(name) != key} == set()
    assert set(errors) <= RACES, errors
    assert umami.statuses[200] > 10 * max(1, sum(umami.statuses.values()) - umami.statuses[200]), umami.statuses
    print(dict(umami.statuses), dict(errors))
