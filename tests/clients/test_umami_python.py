"""PyPI's ``umami-analytics`` 1.0.0, unchanged, against the running server."""

import asyncio
import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
import umami
from umami import impl

from tests.live import LiveServer


@pytest.fixture(autouse=True)
def client(server: LiveServer) -> Iterator[None]:
    """Point the client at the server and reset its state, which is global to the module."""
    impl.auth_token = None
    umami.set_url_base(server.url)
    yield
    impl.auth_token = impl.url_base = None


def post(server: LiveServer, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Change something on the server, which the client cannot do."""
    request = urllib.request.Request(
        f"{server.url}/api{path}", json.dumps(body).encode(), {"Authorization": f"Bearer {impl.auth_token}"}
    )
    with urllib.request.urlopen(request) as response:
        return dict(json.load(response))


class TestLogin:
    def test_the_right_password_gives_a_token_and_the_user(self, server):
        login = umami.login("admin", server.PASSWORD)

        assert umami.is_logged_in()
        assert login.token == impl.auth_token
        assert (login.user.username, login.user.role, login.user.isAdmin) == ("admin", "admin", True)

    def test_the_asynchronous_login_does_the_same(self, server):
        login = asyncio.run(umami.login_async("admin", server.PASSWORD))

        assert login.user.username == "admin"
        assert asyncio.run(umami.verify_token_async()) is True

    def test_a_wrong_password_is_the_clients_own_error(self, server):
        with pytest.raises(httpx2.HTTPStatusError) as refused:
            umami.login("admin", "not the password")

        assert refused.value.response.status_code == 401
        assert refused.value.response.json() == {
            "error": {"message": "Unauthorized", "code": "incorrect-username-password", "status": 401}
        }
        assert not umami.is_logged_in()


class TestWebsites:
    def test_they_are_listed_alike_by_both_calls(self, server):
        umami.login("admin", server.PASSWORD)
        made = post(server, "/websites", {"name": "Site", "domain": "site.example"})

        sites = umami.websites()
        post(server, f"/websites/{made['id']}/reset", {})
        later = asyncio.run(umami.websites_async())

        assert [(site.id, site.name, site.domain) for site in sites] == [(made["id"], "Site", "site.example")]
        assert sites[0].user.username == "admin"
        assert [site.id for site in later] == [made["id"]]
        assert (sites[0].resetAt, later[0].resetAt is None) == (None, False)


class TestVerify:
    def test_a_good_token_is_verified(self, server):
        umami.login("admin", server.PASSWORD)

        assert umami.verify_token() is True

    def test_a_token_that_was_logged_out_is_not(self, server):
        umami.login("admin", server.PASSWORD)

        post(server, "/auth/logout", {})

        assert umami.verify_token() is False

    def test_an_invented_token_is_not(self):
        impl.auth_token = "invented"

        assert umami.verify_token() is False


class TestHeartbeat:
    def test_the_server_is_alive(self, server):
        umami.login("admin", server.PASSWORD)

        assert umami.heartbeat() is True
