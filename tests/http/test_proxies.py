"""Which client address counts behind proxies."""

import pytest

HOPS = {"X-Forwarded-For": "198.51.100.1, 203.0.113.7, 192.0.2.9"}


@pytest.fixture
def address_seen(app_with, make_user):
    """``address_seen(headers, trusted_proxies=…)`` logs in, and returns the address that the session has."""
    ada = make_user("ada")

    def seen(headers, **settings):
        client = app_with(**settings).test_client()
        credentials = {"username": "ada", "password": ada.password}
        token = client.post("/api/auth/login", json=credentials, headers=headers).json["token"]
        (login,) = client.get("/api/me/sessions", headers={"Authorization": f"Bearer {token}"}).json["data"]
        return login["address"]

    return seen


@pytest.mark.parametrize(
    ("trusted", "address"),
    [(0, "127.0.0.1"), (1, "192.0.2.9"), (2, "203.0.113.7"), (3, "198.51.100.1"), (4, "127.0.0.1")],
)
def test_as_many_as_are_trusted_are_believed(address_seen, trusted, address):
    assert address_seen(HOPS, trusted_proxies=trusted) == address


def test_none_are_believed_by_default(address_seen):
    assert address_seen({**HOPS, "X-Real-Ip": "192.0.2.9", "Forwarded": "for=192.0.2.9"}) == "127.0.0.1"


@pytest.mark.parametrize(
    "given", ["unknown", "<script>", "x" * 1000, ",,,", "2001:db8::1", "[2001:db8::1]:443", "\xff"]
)
def test_what_is_no_address_does_no_harm(address_seen, given):
    address = address_seen({"X-Forwarded-For": given}, trusted_proxies=1)

    assert address == given[:45] or address == "127.0.0.1"


def test_redirects_name_the_host_that_the_browser_asked(app_with):
    headers = {"X-Forwarded-Host": "stats.example", "X-Forwarded-Proto": "https"}

    behind = app_with(trusted_proxies=1).test_client().get("/api//heartbeat", headers=headers)
    direct = app_with().test_client().get("/api//heartbeat", headers=headers)

    assert behind.headers["Location"] == "https://stats.example/api/heartbeat"
    assert direct.headers["Location"] == "http://localhost/api/heartbeat"
