"""Public links to what only Umami has: links, pixels and boards in an adopted database."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from flask import Flask
from sqlalchemy import event, text
from werkzeug.test import TestResponse

from app.db.session import db
from app.domain.actor import OPERATOR
from app.domain.roles import SiteRole
from app.queries import umami_shares
from app.services.access import grants
from app.services.users import accounts, disabling
from tests.databases import fresh_database
from tests.db.adoption.conftest import Database, opened
from tests.db.adoption.rows import BLUE, add_member, add_team, add_website
from tests.gateway import umami
from tests.umami.bodies import OK, UNAUTHORIZED

PASSWORD = "correct horse battery"
KINDS = {"link": 2, "pixel": 3, "board": 4}
Call = Callable[..., TestResponse]


@pytest.fixture
def beside(template: str, tmp_path: Path) -> Iterator[Flask]:
    """An app with a gateway on an adopted database."""
    settings = {"umami_app_secret": umami.APP_SECRET, "trusted_proxies": 1}
    with fresh_database("postgresql", tmp_path, copy_of=template) as url, opened(url, tmp_path, **settings) as app:
        yield app


@pytest.fixture
def ada(beside: Flask) -> UUID:
    return accounts.create_user(OPERATOR, username="ada", password=PASSWORD).id


@pytest.fixture
def bob(beside: Flask) -> UUID:
    return accounts.create_user(OPERATOR, username="bob", password=PASSWORD).id


@pytest.fixture
def call(beside: Flask) -> Call:
    """``call("GET /api/…", "ada", body)``: the response to a call of a user, or without a name of a visitor."""
    client, tokens = beside.test_client(), {}

    def made(what: str, name: str | None = None, body: Any = None, **headers: str) -> TestResponse:
        method, path = what.split(" ", 1)
        if name is not None:
            if name not in tokens:
                sent = {"username": name, "password": PASSWORD}
                tokens[name] = client.post("/api/auth/login", json=sent).json["token"]
            headers["Authorization"] = f"Bearer {tokens[name]}"
        sent_headers = {key.replace("_", "-"): value for key, value in headers.items()}
        return client.open(path, method=method, json=body, headers=sent_headers)

    return made


@pytest.fixture
def add(sql: Database) -> Callable[..., UUID]:
    """``add("link", user_id=ADA)``: a new one, as Umami writes it."""

    def added(kind: str, *, entity: UUID | None = None, parameters: Any = None, **owner: UUID) -> UUID:
        entity = entity or uuid4()
        values: dict[str, Any] = {"id": entity, "name": kind.title(), **owner}
        columns = {f"{kind}_id": ":id", "name": ":name", **{name: f":{name}" for name in owner}}
        if kind == "board":
            values["parameters"] = orjson.dumps(parameters or {}).decode()
            columns |= {"type": "'mixed'", "description": "''", "parameters": "CAST(:parameters AS jsonb)"}
        else:
            values["slug"] = str(entity)
            columns |= {"slug": ":slug", **({"url": "'https://example.org'"} if kind == "link" else {})}
        sql.run(f"INSERT INTO {kind} ({', '.join(columns)}) VALUES ({', '.join(columns.values())})", **values)
        return entity

    return added


@pytest.fixture
def share(sql: Database) -> Callable[..., UUID]:
    """``share("link", id, "slug")``: a new public link, as Umami writes it."""

    def shared(kind: str, entity: UUID, slug: str) -> UUID:
        share_id = uuid4()
        sql.run(
            "INSERT INTO share (share_id, entity_id, name, share_type, slug, parameters) "
            "VALUES (:id, :entity, 'Public', :type, :slug, '{}')",
            id=share_id,
            entity=entity,
            type={"website": 1, **KINDS}[kind],
            slug=slug,
        )
        return share_id

    return shared


def components(*websites: UUID, **others: UUID) -> dict[str, Any]:
    named = [{"websiteId": str(website)} for website in websites]
    named += [{"entityType": kind, "entityId": str(entity)} for kind, entity in others.items()]
    return {"rows": [{"columns": [{"component": {"type": "Chart", **each}} for each in named]}]}


def explained(*given: Any) -> tuple[str, Any]:
    """For SQLAlchemy's event: have PostgreSQL say how it would run a statement."""
    _, _, statement, parameters, *_ = given
    return f"EXPLAIN {statement}", parameters


class TestOpening:
    @pytest.mark.parametrize("kind", ["link", "pixel"])
    def test_a_link_or_pixel_is_shown_as_by_umami(self, call, add, share, ada, kind):
        entity = add(kind, user_id=ada)
        share_id = share(kind, entity, "the-slug")

        opened = call("GET /api/share/the-slug")

        shown = {"shareId": str(share_id), "shareType": KINDS[kind], "parameters": {}}
        shown |= {"websiteId": str(entity), f"{kind}Id": str(entity)}
        assert (opened.status_code, opened.json) == (200, {**shown, "token": opened.json["token"]})
        verified = call("GET /api/me", x_umami_share_token=opened.json["token"], x_umami_share_context="1")
        assert verified.json["shareToken"] == shown

    def test_a_board_is_shown_with_what_its_owner_can_see(self, call, add, share, sql, ada, bob):
        add_team(sql, BLUE, "Blue", member=ada)
        own, foreign = add_website(sql, "own", user_id=ada), add_website(sql, "foreign", user_id=bob)
        of_team = add_website(sql, "team", team_id=BLUE)
        link, foreign_pixel = add("link", user_id=ada), add("pixel", user_id=bob)
        board = add("board", user_id=ada, parameters=components(own, foreign, of_team, link=link, pixel=foreign_pixel))
        share_id = share("board", board, "the-slug")

        opened = call("GET /api/share/the-slug").json

        assert opened == {
            "shareId": str(share_id),
            "shareType": 4,
            "parameters": {},
            "boardId": str(board),
            "websiteIds": [str(own), str(of_team)],
            "linkIds": [str(link)],
            "pixelIds": [],
            "token": opened["token"],
        }

    def test_a_team_s_board_shows_what_the_team_has(self, call, add, share, sql, ada):
        add_team(sql, BLUE, "Blue", owner=ada)
        of_team, own = add_website(sql, "team", team_id=BLUE), add_website(sql, "own", user_id=ada)
        share("board", add("board", team_id=BLUE, parameters=components(of_team, own)), "the-slug")

        assert call("GET /api/share/the-slug").json["websiteIds"] == [str(of_team)]

    @pytest.mark.parametrize("end", [accounts.delete_user, disabling.disable_user])
    @pytest.mark.parametrize("role", ["user", "admin"])
    def test_a_board_of_a_deleted_or_disabled_user_shows_nothing_of_others(
        self, call, add, share, sql, ada, bob, role, end
    ):
        add_team(sql, BLUE, "Blue", owner=bob, member=ada)
        accounts.update_user(OPERATOR, ada, role=role)
        own, foreign = add_website(sql, "own", user_id=ada), add_website(sql, "foreign", user_id=bob)
        of_team, link = add_website(sql, "team", team_id=BLUE), add("link", user_id=ada)
        board = add("board", user_id=ada, parameters=components(own, foreign, of_team, link=link))
        share("board", board, "the-slug")
        if role == "user":
            grants.set_access(OPERATOR, ada, [foreign], SiteRole.VIEW)
        before = call("GET /api/share/the-slug").json["websiteIds"]

        end(OPERATOR, ada)

        after = call("GET /api/share/the-slug").json
        assert sorted(before) == sorted(map(str, [own, foreign, of_team]))
        assert after["websiteIds"] == ([] if end is accounts.delete_user else [str(own)])
        assert after["linkIds"] == [str(link)]

    @pytest.mark.parametrize("kind", ["link", "pixel"])
    def test_one_with_the_id_of_a_website_does_not_publish_that_website(self, call, add, share, sql, ada, bob, kind):
        website = add_website(sql, "ada's", user_id=ada)
        add(kind, entity=website, user_id=bob)
        share(kind, website, "of-umami")
        share("board", add("board", user_id=bob, parameters=components(**{kind: website})), "of-board")
        wanted = {"entityId": str(website), "shareType": KINDS[kind], "name": "Mine", "slug": "mine", "parameters": {}}

        made = call("POST /api/share", "bob", wanted)
        opened = call("GET /api/share/of-umami")
        board = call("GET /api/share/of-board").json
        seen = call(f"GET /api/websites/{website}", "ada").json

        assert seen["shareId"] is None
        assert (made.json, opened.status_code) == (UNAUTHORIZED, 404)
        assert (board["websiteIds"], board[f"{kind}Ids"]) == ([], [])

    def test_a_board_with_deeply_nested_contents_shows_nothing(self, call, add, share, sql, ada):
        share("board", add("board", user_id=ada), "the-slug")
        deep = '{"rows":' + "[" * 3000 + "]" * 3000 + "}"
        sql.run("UPDATE board SET parameters = CAST(:deep AS jsonb)", deep=deep)

        opened = call("GET /api/share/the-slug")

        assert (opened.status_code, opened.json["websiteIds"]) == (200, [])

    def test_deleted_ones_are_gone(self, call, add, share, sql, ada):
        share("link", add("link", user_id=ada), "the-slug")
        sql.run("UPDATE link SET deleted_at = now()")

        assert call("GET /api/share/the-slug").status_code == 404


class TestStatements:
    @pytest.mark.parametrize(
        ("query", "values"),
        [
            (umami_shares.select_public_by_slug, {"slug": "the-slug"}),
            (umami_shares.select_public_by_id, {"share_id": BLUE}),
            (umami_shares.select_share, {"share_id": BLUE, "actor_id": BLUE}),
        ],
        ids=["slug", "id", "share"],
    )
    def test_they_find_one_of_many_links_by_indexes(self, beside, query, values):
        with db.engine.begin() as connection:
            connection.execute(text("SET LOCAL enable_seqscan = off"))
            event.listen(connection, "before_cursor_execute", explained, retval=True)
            plan = connection.execute(query.statement, values).cursor.fetchall()

        assert [line for (line,) in plan if "Seq Scan" in line] == []


class TestManaging:
    """Umami's dashboard changes and deletes all public links with the calls of ``/api/share``."""

    @pytest.mark.parametrize("kind", KINDS)
    def test_the_owner_reads_changes_and_deletes_one(self, call, add, share, ada, kind):
        entity = add(kind, user_id=ada)
        share_id = share(kind, entity, "the-slug")

        read = call(f"GET /api/share/id/{share_id}", "ada")
        changed = call(
            f"POST /api/share/id/{share_id}", "ada", {"name": "Press", "slug": "other-slug", "parameters": {"a": 1}}
        )
        reread = call(f"GET /api/share/id/{share_id}", "ada")
        deleted = call(f"DELETE /api/share/id/{share_id}", "ada")

        assert (read.json["entityId"], read.json["shareType"], read.json["name"]) == (
            str(entity),
            KINDS[kind],
            "Public",
        )
        assert reread.json == changed.json
        assert (changed.json["name"], changed.json["slug"], changed.json["parameters"]) == (
            "Press",
            "other-slug",
            {"a": 1},
        )
        assert deleted.json == OK
        assert call("GET /api/share/other-slug").status_code == 404

    @pytest.mark.parametrize("kind", KINDS)
    def test_others_cannot(self, call, add, share, ada, bob, kind):
        share_id = share(kind, add(kind, user_id=ada), "the-slug")
        change = {"name": "Mine", "slug": "mine", "parameters": {}}

        answers = [
            call(f"GET /api/share/id/{share_id}", "bob"),
            call(f"POST /api/share/id/{share_id}", "bob", change),
            call(f"DELETE /api/share/id/{share_id}", "bob"),
        ]

        assert [answer.json for answer in answers] == [UNAUTHORIZED] * 3
        assert call("GET /api/share/the-slug").status_code == 200

    @pytest.mark.parametrize(("role", "status"), [("team-manager", 200), ("team-view-only", 401)])
    def test_in_a_team_the_role_decides(self, call, add, share, sql, ada, bob, role, status):
        add_team(sql, BLUE, "Blue", owner=ada)
        add_member(sql, BLUE, bob, role)
        share_id = share("board", add("board", team_id=BLUE), "the-slug")
        change = {"name": "Ours", "slug": "ours", "parameters": {}}

        assert call(f"GET /api/share/id/{share_id}", "bob").status_code == 200
        assert call(f"POST /api/share/id/{share_id}", "bob", change).status_code == status

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_new_one_opens(self, call, add, ada, bob, kind):
        entity = add(kind, user_id=ada)
        wanted = {"entityId": str(entity), "shareType": KINDS[kind], "name": "New", "slug": "new", "parameters": {}}

        refused = call("POST /api/share", "bob", wanted)
        of_other_type = call("POST /api/share", "ada", {**wanted, "shareType": KINDS[kind] % 4 + 1})
        made = call("POST /api/share", "ada", wanted)

        assert (refused.json, of_other_type.json) == (UNAUTHORIZED, UNAUTHORIZED)
        assert (made.json["entityId"], made.json["shareType"]) == (str(entity), KINDS[kind])
        assert call("GET /api/share/new").json["shareId"] == made.json["id"]


class TestGateway:
    @pytest.fixture
    def ask(self, call: Call) -> Call:
        """The response of the gateway for the bearer of a share token."""

        def asked(what: str, token: str) -> TestResponse:
            method, uri = what.split(" ", 1)
            return call(
                "GET /internal/authorize",
                x_umami_share_token=token,
                x_umami_share_context="1",
                x_original_method=method,
                x_original_uri=uri,
            )

        return asked

    def test_a_board_and_what_is_on_it_is_read(self, call, ask, add, share, sql, ada, bob):
        own, foreign = add_website(sql, "own", user_id=ada), add_website(sql, "foreign", user_id=bob)
        link = add("link", user_id=ada)
        board = add("board", user_id=ada, parameters=components(own, foreign, link=link))
        share("website", own, "of-website")
        share("board", board, "the-slug")
        token = call("GET /api/share/the-slug").json["token"]

        read = [
            f"GET /api/boards/{board}",
            f"GET /api/links/{link}",
            f"GET /api/websites/{own}/stats",
            f"GET /api/websites/{link}/stats",
        ]
        refused = [
            "GET /api/boards",
            f"POST /api/boards/{board}",
            f"GET /api/boards/{board}/shares",
            f"GET /api/websites/{foreign}/stats",
            f"POST /api/websites/{own}/reset",
        ]

        passed = [ask(what, token) for what in read]
        assert [response.status_code for response in passed] == [200] * len(read)
        assert [ask(what, token).status_code for what in refused] == [401] * len(refused)
        claims = umami.verified(passed[0].headers["X-Umami-Share-Token"])
        assert (claims["boardId"], claims["websiteIds"], claims["linkIds"]) == (str(board), [str(own)], [str(link)])
        website = call(f"GET /api/websites/{own}", x_umami_share_token=token, x_umami_share_context="1")
        assert (website.status_code, website.json["id"], website.json["shareId"]) == (200, str(own), None)

    def test_it_ends_with_its_public_link(self, call, ask, add, share, ada):
        link = add("link", user_id=ada)
        share_id = share("link", link, "the-slug")
        token = call("GET /api/share/the-slug").json["token"]
        call(f"DELETE /api/share/id/{share_id}", "ada")

        assert ask(f"GET /api/websites/{link}/stats", token).status_code == 401
