"""Cursors of lists: places that stay the same whatever is inserted or deleted."""

import base64
import json
from datetime import UTC, datetime
from itertools import product
from urllib.parse import quote
from uuid import uuid4

import pytest
from sqlalchemy import update

from app.db.session import transaction
from app.models import Membership, Team, User, Website
from tests.umami.bodies import bad_fields

NAMES = ["bob", "Ada", "ada b", "Ämil", "zoë", "carol", "dave"]
SORTS = {
    "/api/users": ["", "username", "role", "createdAt", "lastSeenAt"],
    "/api/admin/teams": ["", "name", "createdAt"],
    "/api/me/teams": ["", "name", "createdAt"],
    "/api/admin/websites": ["", "name", "domain", "createdAt"],
    "/api/me/websites": ["", "name", "domain"],
    "/api/me/websites?includeTeams=true": ["", "name", "domain"],
    "/api/teams/:team/websites": ["", "name", "domain"],
    "/api/teams/:team/users": [""],
}
ORDERS = [
    f"{path}{'&' if '?' in path else '?'}{f'orderBy={sort}&' * bool(sort)}{way}"
    for path, sorts in SORTS.items()
    for sort, way in product(sorts, ["", "sortDescending=true"] if sorts != [""] else [""])
]


@pytest.fixture
def client(client_of, admin):
    return client_of(admin)


@pytest.fixture
def things(app, client, admin, make_user, make_team, make_website):
    """Users, teams, websites and members: several of the same name, time or domain, or without any."""
    people = [make_user(name) for name in NAMES]
    team = make_team(admin, "Blue", member=people)
    for name in ("Red", "red", "Red", "Green", "Ämter"):
        make_team(admin, name)
    for name in ("Shop", "shop", "Shop", "Blog", "Ärger"):
        make_website(name, f"{name.lower()}.example", owner=admin)
        make_website(name, f"{name.lower()}.example", team=team)
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    with app.app_context(), transaction() as session:
        for model, field in ((User, "username"), (Team, "name"), (Website, "name"), (Membership, "role")):
            column = getattr(model, field)
            session.execute(update(model).where(column.in_(["bob", "Red", "Shop"])).values(created_at=moment))
            session.execute(
                update(model)
                .where(column.in_(["carol", "dave", "zoë", "Green", "Ämter", "Blog"]))
                .values(created_at=None)
            )
        session.execute(update(User).where(User.username.in_(["bob", "Ada"])).values(last_seen_at=moment))
        session.execute(update(Website).where(Website.name == "Blog").values(domain=None))
    return {":team": str(team)}


def walk(client, path, size=2):
    """Return the pages of a list, following its links."""
    path, pages = f"{path}&pageSize={size}" if "?" in path else f"{path}?pageSize={size}", []
    while True:
        answer = client.get(path)
        assert answer.status_code == 200, answer.json
        pages.append(answer.json)
        if "nextCursor" not in answer.json:
            assert "Link" not in answer.headers
            return pages
        link, rel = answer.headers["Link"].split("; ")
        assert rel == 'rel="next"'
        assert link.endswith(f"cursor={quote(answer.json['nextCursor'])}>")
        path = link[1:-1]


def ids(pages):
    return [row["id"] for page in pages for row in page["data"]]


@pytest.mark.parametrize("path", ORDERS)
def test_every_list_is_walked_in_its_order(client, things, path):
    path = path.replace(":team", things[":team"]).rstrip("?&")
    whole = client.get(path).json

    pages = walk(client, path)

    assert ids(pages) == [row["id"] for row in whole["data"]]
    assert len(whole["data"]) > 4
    assert {page["count"] for page in pages} == {whole["count"]}
    assert ["page" in page for page in pages] == [True] + [False] * (len(pages) - 1)
    assert "nextCursor" not in whole


@pytest.mark.parametrize("query", ["search=a", "role=user", "createdAfter=2025-12-31", "search=a&orderBy=username"])
def test_filters_and_searches_are_walked_too(client, things, query):
    whole = client.get(f"/api/users?{query}").json

    assert ids(walk(client, f"/api/users?{query}")) == [row["id"] for row in whole["data"]]
    assert len(whole["data"]) > 2


class TestWhileTheListChanges:
    def test_what_is_inserted_or_deleted_before_shifts_nothing(self, client, make_user):
        for name in NAMES:
            make_user(name)
        first = client.get("/api/users?orderBy=username&pageSize=3").json
        client.delete(f"/api/users/{first['data'][-1]['id']}")
        make_user("aaa")

        rest = client.get(f"/api/users?orderBy=username&pageSize=20&cursor={first['nextCursor']}").json

        seen = [row["username"] for row in [*first["data"], *rest["data"]]]
        assert len(seen) == len(set(seen))
        assert set(seen) == {*NAMES, "admin"}

    def test_the_last_page_has_no_next_one(self, client, make_user):
        make_user("ada")

        first = client.get("/api/users?pageSize=1").json
        second = client.get(f"/api/users?pageSize=1&cursor={first['nextCursor']}").json

        assert (len(second["data"]), "nextCursor" in second) == (1, False)

    def test_an_end_that_was_deleted_is_an_empty_page(self, client, make_user):
        zoe = make_user("zoe")
        first = client.get("/api/users?pageSize=1&orderBy=username").json
        client.delete(f"/api/users/{zoe.id}")

        rest = client.get(f"/api/users?pageSize=1&orderBy=username&cursor={first['nextCursor']}").json

        assert (rest["data"], rest["count"], "nextCursor" in rest) == ([], 2, False)


def forged(*values, total=7):
    values = [*values[:1], total, *values[1:]]
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "%00",
        "é",
        "=" * 8,
        "A" * 5000,
        forged(),
        forged(1),
        forged("sort_0_created_at_desc sort_1_id_asc", "2026-01-01T00:00:00+00:00", str(uuid4()), total=-1),
        forged("sort_0_created_at_desc sort_1_id_asc", "2026-01-01T00:00:00+00:00", str(uuid4()), total=2**70),
        forged("sort_0_created_at_desc sort_1_id_asc", "2026-01-01T00:00:00+00:00", str(uuid4()), total=True),
        forged("x"),
        forged("sort_0_created_at_desc sort_1_id_asc"),
        forged("sort_0_created_at_desc sort_1_id_asc", "yesterday", str(uuid4())),
        forged("sort_0_created_at_desc sort_1_id_asc", "2026-01-01", str(uuid4())),
        forged("sort_0_created_at_desc sort_1_id_asc", 7, str(uuid4())),
        forged("sort_0_created_at_desc sort_1_id_asc", "2026-01-01T00:00:00+00:00", "x"),
        forged("sort_0_created_at_desc sort_1_id_asc", "2026-01-01T00:00:00+00:00", {"a": []}),
        forged("sort_0_created_at_desc sort_1_id_asc", "2026-01-01T00:00:00+00:00", str(uuid4()), 1),
        forged("sort_0_created_at_desc sort_1_id_asc", "0001-01-01T00:00:00+14:00", str(uuid4())),
        forged("sort_0_created_at_desc sort_1_id_asc", "9999-12-31T23:59:59-14:00", str(uuid4())),
        forged("sort_0_created_at_desc sort_1_id_asc", "2026-01-01T00:00:00+00:00", None),
        base64.urlsafe_b64encode(b"[" * 3000).decode(),
    ],
    ids=range(23),
)
def test_what_is_no_cursor_is_refused(client, cursor):
    answer = client.get("/api/users", query_string={"cursor": cursor})

    assert (answer.status_code, answer.json) == (400, bad_fields(cursor="Invalid cursor"))


@pytest.mark.parametrize("name", ["a\0", "\ud800", None, 7, True], ids=repr)
def test_a_value_that_no_database_can_compare_is_refused(client, name):
    cursor = forged("sort_0_username_key_asc sort_1_username_asc sort_2_id_asc", name, name, str(uuid4()))

    answer = client.get("/api/users", query_string={"cursor": cursor, "orderBy": "username"})

    assert (answer.status_code, answer.json) == (400, bad_fields(cursor="Invalid cursor"))


@pytest.mark.parametrize("known", [7, 2**70, "true"], ids=repr)
def test_a_flag_of_another_type_is_refused(client, known):
    labels = "sort_0_set_asc sort_1_last_seen_at_asc sort_2_id_asc"
    cursor = forged(labels, known, "2026-01-01T00:00:00+00:00", str(uuid4()))

    answer = client.get("/api/users", query_string={"cursor": cursor, "orderBy": "lastSeenAt"})

    assert (answer.status_code, answer.json) == (400, bad_fields(cursor="Invalid cursor"))


def test_a_cursor_of_another_order_is_refused(client, make_user):
    make_user()
    cursor = client.get("/api/users?pageSize=1").json["nextCursor"]

    answers = [
        client.get(f"/api/users?cursor={cursor}&{order}")
        for order in ("orderBy=username", "sortDescending=false", "orderBy=role")
    ]

    assert [(answer.status_code, answer.json) for answer in answers] == [(400, bad_fields(cursor="Invalid cursor"))] * 3


@pytest.mark.parametrize("other", ["page=2", "maxResults=5"])
def test_a_cursor_is_not_combined_with_another_way(client, make_user, other):
    make_user()
    cursor = client.get("/api/users?pageSize=1").json["nextCursor"]

    answer = client.get(f"/api/users?cursor={cursor}&{other}")

    said = bad_fields(cursor="Cannot be combined with page or maxResults")
    assert (answer.status_code, answer.json) == (400, said)
