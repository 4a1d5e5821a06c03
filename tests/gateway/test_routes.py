"""Beside Umami, the proxies send every endpoint of ours to Frontdesk, and the gateway lets none of them pass."""

import re

import pytest

from app.domain.umami_routes import Area, route_of
from tests.live import ROOT

SOME_ID = "0192f0c4-5d1e-7000-8000-00000000abcd"
FILES = ROOT / "deploy/beside-umami"
UMAMIS = {
    "GET /api/boards",
    "GET /api/dashboard",
    "GET /api/heartbeat",
    "GET /api/links",
    "GET /api/pixels",
    f"GET /api/teams/{SOME_ID}/boards",
    f"GET /api/teams/{SOME_ID}/links",
    f"GET /api/teams/{SOME_ID}/pixels",
    f"POST /api/websites/{SOME_ID}/reset",
}
"""What Frontdesk answers only where there is no Umami."""
OPEN = {"GET /api/config", "GET /api/openapi.json", f"GET /api/share/{SOME_ID}"}
"""What needs no account in Umami either, or is not there."""
NAMED = re.compile("openapi|transfer")
"""What tells the places of Frontdesk from others."""


@pytest.fixture
def ours(app):
    """All calls of Umami's API that Frontdesk answers beside Umami, such as ``GET /api/me``."""
    calls = {
        f"{method} {re.sub('<[^>]*>', SOME_ID, rule.rule)}"
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    return calls - UMAMIS


def test_the_gateway_passes_none_of_them_on(ours):
    assert len(ours) > 100
    assert {call for call in ours if route_of(*call.split()).area is not Area.CLOSED} == OPEN


@pytest.mark.parametrize(
    ("file", "expression"),
    [
        ("nginx.conf", r"location ~ (\S+) \{"),
        ("Caddyfile", r"path_regexp (\S+)"),
        ("traefik-dynamic.yml", r"PathRegexp\(`([^`]+)`\)"),
    ],
)
def test_the_proxy_sends_all_of_them_to_frontdesk(ours, file, expression):
    places = [re.compile(place) for place in re.findall(expression, (FILES / file).read_text()) if NAMED.search(place)]

    assert len(places) in (1, 2)
    assert [call for call in sorted(ours) if not any(place.search(call.split()[1]) for place in places)] == []
