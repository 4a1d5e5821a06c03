"""What a request to Umami is about."""

from uuid import UUID

import pytest

from app.domain.umami_routes import Area, UmamiRoute, route_of

SITE = "0192f0c4-5d1e-7000-8000-00000000abcd"
ID = UUID(SITE)
READS = UmamiRoute(Area.PROTECTED, reads=True)
WRITES = UmamiRoute(Area.PROTECTED)
OF_SITE = UmamiRoute(Area.PROTECTED, reads=True, entity_id=ID)
REPORT = UmamiRoute(Area.PROTECTED, reads=True, is_report=True)


@pytest.mark.parametrize(
    "call",
    """
    POST /api/send
    POST /api/batch
    POST /api/record
    GET /api/send?x=/api/users
    OPTIONS /api/send
    OPTIONS /api/websites/x/stats
    GET /api/heartbeat
    GET /api/config
    GET /api/scripts/telemetry
    GET /api/share/abc
    GET /api/share/a%20b%2Fc
    HEAD /api/share/id2
    GET /
    GET /login
    GET /script.js
    GET /recorder.js?x=1
    GET /_next/static/chunks/app/page-0a1b.js
    GET /share/a%20b
    GET /websites/1/
    GET /websites/1?view=%2e%2e%2f
    GET /q/abc
    """.strip().splitlines(),
)
def test_some_are_open_to_anyone(call):
    method, uri = call.split()

    assert route_of(method, uri) == UmamiRoute(Area.PUBLIC, reads=True)


@pytest.mark.parametrize(
    ("call", "route"),
    [
        (f"GET /api/websites/{SITE}/stats", OF_SITE),
        (f"GET /api/websites/{SITE}/stats?startAt=1&url=%2Fx%2F..%2Fapi", OF_SITE),
        (f"HEAD /api/websites/{SITE.upper()}/metrics/expanded", OF_SITE),
        (f"GET /api/websites/{SITE}/sessions/{SITE}/activity", OF_SITE),
        (f"GET /api/realtime/{SITE}", OF_SITE),
        (f"POST /api/websites/{SITE}/reset", UmamiRoute(Area.PROTECTED, entity_id=ID)),
        (f"DELETE /api/websites/{SITE}/segments/{SITE}", UmamiRoute(Area.PROTECTED, entity_id=ID)),
        ("POST /api/reports/funnel", REPORT),
        ("POST /api/reports/utm", REPORT),
        (f"GET /api/reports/{SITE}", REPORT),
        ("POST /api/reports", WRITES),
        (f"POST /api/reports/{SITE}", WRITES),
        (f"GET /api/reports?websiteId={SITE}", REPORT),
        ("POST /api/reports/funnel/x", WRITES),
        ("GET /api/boards", READS),
        ("PUT /api/links/1", WRITES),
        (f"GET /api/teams/{SITE}/boards", READS),
        ("GET /api/heartbeat/x", READS),
        ("GET /api/of/a/later/release", READS),
    ],
)
def test_others_need_an_account(call, route):
    method, uri = call.split()

    assert route_of(method, uri) == route


@pytest.mark.parametrize(
    "call",
    f"""
    POST /api/auth/login
    GET /api/auth/verify
    GET /api/me
    GET /api/me/api-keys
    POST /api/users
    GET /api/admin/websites
    GET /api/teams
    GET /api/teams/{SITE}
    GET /api/teams/{SITE}/users
    GET /api/teams/{SITE}/boards/x
    POST /api/bulk
    POST /api/2fa/verify
    POST /api/share
    GET /api/share/id
    DELETE /api/share/id/1
    GET /api/invitations
    GET /api/websites
    GET /api/websites/{SITE}
    POST /api/websites/{SITE}/transfer
    GET /api/websites/{SITE}/shares
    PUT /api/websites/{SITE}/access/{SITE}
    """.strip().splitlines(),
)
def test_calls_of_frontdesk_never_go_on(call):
    method, uri = call.split()

    assert route_of(method, uri).area is Area.CLOSED


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "api/send",
        "//api/send",
        "/api",
        "/api/",
        "/API/send",
        "/Api/websites",
        "/api//send",
        "/api/send/",
        "/api/./send",
        "/api/../api/send",
        "/api/websites/x/stats",
        f"/api/websites/{SITE}/stats/",
        f"/api/websites/{SITE}/../{SITE}/stats",
        f"/api/websites/{SITE}%2Fstats",
        f"/api/websites/{SITE}%2f..%2f{SITE}/stats",
        f"/api/websites/{SITE}/%2e%2e/stats",
        f"/api/websites/{SITE}/st%61ts",
        f"/api/websites/{SITE};x/stats",
        f"/api/websites/{SITE}/stats;x=1",
        f"/api/websites/{SITE}\\stats",
        f"/api/websites/{{{SITE}}}/stats",
        f"/api/websites/{SITE.replace('-', '')}/stats",
        "/api/scripts/..\\auth\\login",
        "/api/share/..",
        "/api/share/.",
        "/teams/1/api/auth/login",
        "/Teams/1/API/auth/login",
        "/teams/1/%61pi/auth/login",
        "/teams/1/%2561pi/auth/login",
        "/teams/1%2fapi%2fauth",
        "/teams\\1\\api\\auth",
        "/x/../api/users",
        "/x/%2e%2e/api/users",
        "/x//y",
        "/x/./y",
        "/a b",
        "/a\tb",
        "/a\x00",
        "/ä",
        "/" + "x" * 8192,
        "http://umami/api/send",
        "*",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_could_be_read_in_two_ways_is_closed(method, uri):
    assert route_of(method, uri).area is Area.CLOSED


@pytest.mark.parametrize("method", ["", "get", "TRACE", "CONNECT", "GET\r\nX: y", "PROPFIND"])
def test_methods_that_umami_has_not_are_closed(method):
    assert route_of(method, "/api/send").area is Area.CLOSED
