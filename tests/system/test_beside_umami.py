"""Each example of ``deploy/beside-umami``, with a stand-in for Umami that checks tokens as Umami does."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.gateway import umami
from tests.gateway.conftest import UNAUTHORIZED
from tests.live import LiveServer, serving
from tests.system.beside_umami import PROXIES, StandIn, ask, behind, stand_in
from tests.system.proxy import program

PASSWORD = "correct horse battery"


@dataclass
class Place:
    """Frontdesk and Umami at one address."""

    url: str
    umami: StandIn
    admin: str
    """The token of the administrator."""

    def ask(self, call: str, token: str | None = None, *, json: str | None = None, **headers: str) -> tuple[int, Any]:
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return ask(self.url, call, body=None if json is None else json.encode(), **headers)

    def done(self, call: str, token: str | None = None, json: str | None = None) -> Any:
        """Return the body of a call that must succeed."""
        status, body = self.ask(call, token or self.admin, json=json)
        assert status == 200, body
        return body

    def user(self, name: str) -> tuple[str, str]:
        """Return id and token of a new user."""
        credentials = f'"username": "{name}", "password": "{PASSWORD}"'
        made = self.done("POST /api/users", json=f'{{"role": "user", {credentials}}}')
        return made["id"], self.done("POST /api/auth/login", json=f"{{{credentials}}}")["token"]

    def website(self, token: str, owner: str) -> str:
        site = str(self.done("POST /api/websites", token, '{"name": "Site", "domain": "site.example"}')["id"])
        self.umami.readers[site] = owner
        return site


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    folder = tmp_path_factory.mktemp("server")
    settings = {"umami_app_secret": umami.APP_SECRET, "trusted_proxies": "1"}
    with serving(f"sqlite:///{folder / 'test.db'}", folder, **settings) as running:
        yield running


@pytest.fixture(scope="module")
def theirs() -> Iterator[StandIn]:
    with stand_in() as found:
        yield found


@pytest.fixture(scope="module", params=PROXIES)
def place(request, server, theirs, tmp_path_factory) -> Iterator[Place]:
    if program(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    with behind(request.param, server.url, theirs.url, tmp_path_factory.mktemp(request.param)) as url:
        credentials = f'{{"username": "admin", "password": "{server.PASSWORD}"}}'
        yield Place(url, theirs, ask(url, "POST /api/auth/login", body=credentials.encode())[1]["token"])


@pytest.fixture
def ada(place, request) -> tuple[str, str]:
    return place.user(f"ada{abs(hash(request.node.nodeid))}")


@pytest.fixture
def bob(place, request) -> tuple[str, str]:
    return place.user(f"bob{abs(hash(request.node.nodeid))}")


class TestStatistics:
    def test_they_are_for_those_who_may_see_them(self, place, ada, bob):
        site = place.website(ada[1], ada[0])
        call = f"GET /api/websites/{site}/stats?startAt=0&url=%2Fa%2Fb"

        statuses = [place.ask(call, token)[0] for token in (ada[1], bob[1], place.admin)]
        seen = place.umami.seen[-3]

        assert statuses == [200, 401, 401]  # the stand-in knows no administrators
        assert (seen.method, seen.path) == tuple(call.split(" "))
        assert ada[1] not in str(seen)

    def test_bodies_arrive_whole(self, place, ada):
        body = '{"name": "x", "padding": "%s"}' % ("x" * 100_000)

        assert place.ask("POST /api/boards", ada[1], json=body) == (200, {})
        assert place.umami.seen[-1].body == body.encode()

    @pytest.mark.parametrize("token", [None, "undefined", "wrong"])
    def test_others_get_what_umami_would_say(self, place, token):
        assert place.ask("GET /api/boards", token) == (401, UNAUTHORIZED)

    def test_a_token_of_umami_itself_is_refused_everywhere(self, place, ada):
        place.ask("GET /api/boards", ada[1])
        theirs = place.umami.seen[-1].headers["authorization"].split(" ")[1]
        share = {"x_umami_share_token": theirs, "x_umami_share_context": "1"}

        assert place.ask("GET /api/boards", theirs) == (401, UNAUTHORIZED)
        assert place.ask("GET /api/me", theirs)[0] == 401
        for call in ("GET /login", "POST /api/send"):
            assert place.ask(call, theirs, json="{}" if "POST" in call else None, **share)[0] == 200
            assert not {"authorization", "x-umami-share-token"} & {
                name for name, value in place.umami.seen[-1].headers.items() if value
            }

    def test_a_public_link_shows_its_website(self, place, ada):
        site, other = place.website(ada[1], ada[0]), place.website(ada[1], ada[0])
        slug = place.done(f"POST /api/websites/{site}/shares", ada[1], '{"name": "Link"}')["slug"]
        token = place.ask(f"GET /api/share/{slug}")[1]["token"]
        share = {"x_umami_share_token": token, "x_umami_share_context": "1"}

        assert place.ask(f"GET /api/websites/{site}/stats", "undefined", **share) == (200, {})
        assert not place.umami.seen[-1].headers.get("authorization")
        assert place.ask(f"GET /api/websites/{other}/stats", "undefined", **share) == (401, UNAUTHORIZED)
        assert place.ask(f"GET /api/websites/{site}", None, **share)[0] == 200


class TestEndings:
    """The next request is refused."""

    @pytest.fixture
    def status(self, place, ada):
        site = place.website(ada[1], ada[0])
        return lambda token: place.ask(f"GET /api/websites/{site}/stats", token)[0]

    def test_a_revoked_session(self, place, ada, status):
        before = status(ada[1])
        place.done("POST /api/auth/logout", ada[1])

        assert (before, status(ada[1])) == (200, 401)

    def test_a_disabled_user(self, place, ada, status):
        before = status(ada[1])
        place.done(f"POST /api/users/{ada[0]}/disable")

        assert (before, status(ada[1])) == (200, 401)

    def test_a_key(self, place, ada, status):
        made = place.done("POST /api/me/api-keys", ada[1], '{"name": "key", "scopes": ["websites:read"]}')
        before, writing = status(made["key"]), place.ask("POST /api/boards", made["key"], json="{}")[0]
        as_in_cloud = place.ask("GET /api/boards", x_umami_api_key=made["key"])[0]
        assert as_in_cloud == 200
        assert made["key"] not in str(place.umami.seen)
        place.done(f"DELETE /api/me/api-keys/{made['id']}", ada[1])

        assert (before, writing, status(made["key"])) == (200, 401, 401)

    def test_a_removed_grant(self, place, ada, bob):
        site = place.website(ada[1], ada[0])
        access = f"/api/websites/{site}/access/{bob[0]}"
        place.done(f"PUT {access}", json='{"role": "view"}')
        reading = place.ask(f"GET /api/websites/{site}/stats", bob[1])[0]
        writing = place.ask(f"POST /api/websites/{site}/reset", bob[1])[0]
        place.done(f"DELETE {access}")

        assert (reading, writing) == (200, 401)
        assert place.ask(f"GET /api/websites/{site}/stats", bob[1])[0] == 401


class TestRoutes:
    @pytest.mark.parametrize(
        "call",
        ["GET /login", "GET /script.js", "GET /websites/1", "GET /share/abc", "GET /", "GET /api/scripts/telemetry"],
    )
    def test_pages_and_scripts_are_of_umami(self, place, call):
        place.umami.seen.clear()

        assert place.ask(call) == (200, {})
        assert [f"{seen.method} {seen.path}" for seen in place.umami.seen] == [call]

    @pytest.mark.parametrize("call", ["POST /api/send", "POST /api/batch", "POST /api/record"])
    def test_visits_are_collected(self, place, call):
        assert place.ask(call, json='{"type": "event"}') == (200, {})
        assert place.umami.seen[-1].body == b'{"type": "event"}'

    @pytest.mark.parametrize(
        "call",
        [
            "GET /api/me",
            "GET /api/users",
            "GET /api/websites",
            "GET /api/admin/users",
            "GET /api/websites?page=1",
            "GET /api/teams",
            "GET /api/config",
            "GET /api/openapi.json",
            "GET /docs",
        ],
    )
    def test_accounts_are_of_frontdesk(self, place, call):
        place.umami.seen.clear()

        assert place.ask(call, place.admin)[0] == 200
        assert place.umami.seen == []

    def test_lists_of_a_team_that_only_umami_has_are_of_umami(self, place):
        assert place.ask("GET /api/teams/1/boards", place.admin) == (200, {})

    @pytest.mark.parametrize(
        "call",
        [
            "POST /teams/1/api/auth/login",
            "POST /teams/1/%61pi/auth/login",
            "POST /teams/1/%2561pi/auth/login",
            "POST /Teams/1/API/auth/login",
            "POST /api/scripts/..\\auth\\login",
            "POST /api/scripts/x/..%5c..%5cauth/login",
            "GET /internal/authorize",
            "GET /internal/authorize/",
            "GET //internal/authorize",
            "GET /api/auth/../../internal/authorize",
            "GET /api/auth/%2e%2e/%2e%2e/internal/authorize",
            "GET /api/me/..%2f..%2finternal/authorize",
            "POST /login",
        ],
    )
    def test_no_way_leads_past_frontdesk_or_to_a_pass(self, place, call):
        given = {"X-Original-Method": "GET", "X-Original-URI": "/api/boards"}
        given |= {"X-Forwarded-Method": "GET", "X-Forwarded-Uri": "/api/boards"}
        place.umami.seen.clear()

        status, body = place.ask(call, place.admin, json="{}" if "POST" in call else None, **given)

        assert "Bearer" not in str(body)
        assert status in (400, 401, 403, 404, 405) or call.startswith("GET")  # a page of Umami
        assert [seen for seen in place.umami.seen if seen.method == "POST" or seen.headers.get("authorization")] == []

    @pytest.mark.parametrize(
        "path",
        [
            "/api/send/../websites/{}/stats",
            "/api/websites/{}/x/../stats",
            "/api//websites/{}/stats",
            "/api/websites/{}/%73tats",
            "/api/websites/{}/a%2fstats",
            "/API/websites/{}/stats",
            "/teams/1/api/websites/{}/stats",
        ],
    )
    def test_statistics_are_found_under_one_path_only(self, place, ada, path):
        site = place.website(ada[1], ada[0])
        place.umami.seen.clear()

        place.ask(f"GET {path.format(site)}", ada[1])

        passed = [seen.path for seen in place.umami.seen if seen.headers.get("authorization")]
        assert set(passed) <= {f"/api/websites/{site}/stats"}  # Traefik cleans paths before it asks

    def test_a_client_cannot_name_another_request(self, place, ada, bob):
        site, other = place.website(ada[1], ada[0]), place.website(ada[1], ada[0])
        place.done(f"PUT /api/websites/{site}/access/{bob[0]}", json='{"role": "view"}')
        uri = f"/api/websites/{site}/stats"
        claims = {
            "X-Original-Method": "GET",
            "X-Original-URI": uri,
            "X-Forwarded-Method": "GET",
            "X-Forwarded-Uri": uri,
        }

        assert place.ask(f"GET /api/websites/{other}/stats", bob[1], **claims)[0] == 401
        assert place.ask(f"GET {uri}", bob[1])[0] == 200
