"""Headers that no honest client sends: 401 in the envelope, never a server error."""

import pytest

from tests.umami.bodies import UNAUTHORIZED
from tests.umami.world import token_of

TOKEN = token_of("user")
AUTHORIZATIONS = {
    "undefined": "Bearer undefined",
    "null": "Bearer null",
    "empty": "",
    "a blank": " ",
    "a scheme alone": "Bearer",
    "a scheme and a blank": "Bearer ",
    "a token without a scheme": TOKEN,
    "two blanks": f"Bearer  {TOKEN}",
    "a tab": f"Bearer\t{TOKEN}",
    "commas": f"Bearer,{TOKEN}",
    "a wrong case": f"Bearer {TOKEN.upper()}",
    "quotes": f'Bearer "{TOKEN}"',
    "ten kilobytes": "Bearer " + "x" * 10_000,
    "ten kilobytes of words": "Bearer " + "x " * 5_000,
    "Latin-1": "Bearer \xe9\xff",
    "UTF-8 bytes": "Bearer " + "é🙂".encode().decode("latin-1"),
    "an injection": "Bearer ' OR 1=1 --",
    "basic": "Basic dXNlcjpjb3JyZWN0IGhvcnNl",
    "a JWT": "Bearer eyJhbGciOiJub25lIn0.eyJ1c2VySWQiOiJ4In0.",
}


def call(world, **headers):
    return world.app.test_client().get("/api/me", headers=headers)


@pytest.mark.parametrize("header", AUTHORIZATIONS.values(), ids=AUTHORIZATIONS)
def test_a_strange_authorization_is_nobodys(world, header):
    response = call(world, Authorization=header)

    assert (response.status_code, response.json) == (401, UNAUTHORIZED)


@pytest.mark.parametrize("header", [f"Bearer {TOKEN}", f"bearer {TOKEN} more", f" {TOKEN}", f"🙂 {TOKEN}"])
def test_the_second_word_counts(world, header):
    response = call(world, Authorization=header.encode().decode("latin-1"))

    assert (response.status_code, response.json["user"]["username"]) == (200, "user")


class TestShareTokens:
    @pytest.fixture
    def good(self, world):
        return world.headers("share token")["x-umami-share-token"]

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda token: "",
            lambda token: "undefined",
            lambda token: token[:-1],
            lambda token: token + "x",
            lambda token: token.upper(),
            lambda token: "." + token,
            lambda token: token.replace(".", ""),
            lambda token: token.partition(".")[0] + "..",
            lambda token: "x" * 10_000,
            lambda token: token * 100,
            lambda token: "\xe9\xff." + token,
            lambda token: "eyJhbGciOiJub25lIn0.eyJ3ZWJzaXRlSWQiOiJ4In0.",
        ],
        ids=[
            "empty",
            "undefined",
            "shortened",
            "lengthened",
            "in upper case",
            "with an empty part",
            "without its dots",
            "unsigned",
            "ten kilobytes",
            "repeated",
            "Latin-1",
            "a JWT",
        ],
    )
    def test_a_spoilt_one_is_nobodys(self, world, good, spoil):
        response = call(world, **{"x-umami-share-token": spoil(good), "x-umami-share-context": "1"})

        assert (response.status_code, response.json) == (401, UNAUTHORIZED)

    def test_an_empty_context_is_none(self, world, good):
        response = call(world, **{"x-umami-share-token": good, "x-umami-share-context": ""})

        assert (response.status_code, response.json) == (401, UNAUTHORIZED)

    def test_a_good_user_survives_a_spoilt_share(self, world, good):
        response = call(world, **{"Authorization": f"Bearer {TOKEN}", "x-umami-share-token": good[:-1]})

        assert (response.status_code, response.json["shareToken"]) == (200, None)


@pytest.mark.parametrize(
    "agent", ["", "x" * 10_000, "\xe9\xff", "Mozilla/5.0 (🙂)".encode().decode("latin-1")], ids=len
)
def test_any_user_agent_may_log_in(world, agent):
    client = world.app.test_client()
    credentials = {"username": "user", "password": "correct horse"}

    response = client.post("/api/auth/login", json=credentials, headers={"User-Agent": agent})
    world.changed = True

    assert response.status_code == 200
    sessions = client.get("/api/me/sessions", headers={"Authorization": f"Bearer {response.json['token']}"})
    assert sessions.json["data"][0]["userAgent"] == (agent[:255] or None)
