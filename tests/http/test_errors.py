"""Each API presents the errors on its paths; errors on other paths are problem JSON."""

from xml.etree import ElementTree

import orjson
import pytest

from app.db import migrations
from app.http import errors
from tests.http.problems import TYPE, is_problem
from tests.umami.bodies import NOT_FOUND, pretty, refusal

NO_API = [
    "/",
    "/nope",
    "/scim/v2/Users",
    "/console/x",
    "/apis",
    "/docs/x/y",
    "/favicon.ico",
    "/index.php/x",
    "/api.json",
]
JSON, HTML, XML = "application/json", "text/html; charset=utf-8", "text/xml; charset=utf-8"
TOKEN = "0" * 32
BUSY = "The server is busy. Please try again."


@pytest.fixture
def broken(app, monkeypatch):
    """``broken(endpoint)`` makes an endpoint fail."""

    def fail(**_values):
        raise RuntimeError("a secret")

    return lambda endpoint: monkeypatch.setitem(app.view_functions, endpoint, fail)


class TestPathsOfNoApi:
    @pytest.mark.parametrize("path", NO_API)
    def test_an_unknown_one_is_a_problem(self, anonymous, path):
        assert is_problem(anonymous.get(path), 404)

    @pytest.mark.parametrize(
        ("method", "path"), [("DELETE", "/healthz"), ("POST", "/readyz"), ("PUT", "/docs"), ("PUT", "/")]
    )
    def test_a_wrong_method_is_one_and_tells_the_right_ones(self, anonymous, method, path):
        response = anonymous.open(path, method=method)

        assert is_problem(response, 405)
        assert "GET" in response.headers["Allow"]

    def test_a_fault_of_ours_tells_its_request_id_alone(self, anonymous, broken):
        broken("probes.healthz")

        assert is_problem(anonymous.get("/healthz"), 500)

    def test_so_is_a_database_that_is_away(self, app_without_database):
        response = app_without_database.test_client().get("/readyz")

        assert is_problem(response, 503, "The database is not available.")
        assert response.headers["Retry-After"] == "1"

    def test_redirects_are_none(self, anonymous):
        response = anonymous.get("//healthz//x")

        assert response.status_code in (308, 404)


class TestPathsOfUmami:
    @pytest.mark.parametrize("path", ["/api", "/api/", "/api/nothing", "/api/scim/v2"])
    def test_an_unknown_one_is_told_in_its_envelope(self, anonymous, path):
        response = anonymous.get(path)

        assert (response.status_code, response.content_type, response.json) == (404, JSON, NOT_FOUND)

    def test_the_document_is_among_them(self, anonymous):
        response = anonymous.put("/api/openapi.json")

        assert pretty(response.json) == pretty(refusal(405, "Method not allowed", "bad-request"))


class TestPathsOfMatomo:
    @pytest.mark.parametrize("path", ["/index.php", "/index.php?module=CoreHome", "/index.php?format=xml"])
    def test_another_module_is_told_in_its_format(self, anonymous, path):
        response = anonymous.get(path)

        assert (response.status_code, response.content_type) == (404, XML)
        said = ElementTree.fromstring(response.text).find("error").attrib["message"]
        assert said == "Only the API is served here: the parameter 'module' must be 'API'."

    @pytest.mark.parametrize("path", ["/index.php?format=json", "/?module=API&format=json"])
    def test_a_wrong_method_too(self, anonymous, path):
        response = anonymous.delete(path)

        assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD, OPTIONS, POST")
        assert response.json == {"result": "error", "message": "The request method is not allowed: use GET or POST."}
        assert response.headers["X-Matomo-Request-Id"] == response.headers["X-Request-Id"]

    def test_and_a_body_that_is_too_large(self, anonymous):
        response = anonymous.post("/index.php?module=API&format=json", data={"a": "x" * 1_048_577})

        assert (response.status_code, response.json) == (
            413,
            {"result": "error", "message": "The request is too large."},
        )


class TestPathsOfPages:
    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("PUT", f"/invitations/{TOKEN}", 405),
            ("DELETE", "/reset-password", 405),
            ("GET", "/pages/nothing", 404),
            ("GET", f"/invitations/{TOKEN}", 404),
        ],
    )
    def test_errors_are_pages(self, anonymous, method, path, status):
        response = anonymous.open(path, method=method)

        assert (response.status_code, response.content_type) == (status, HTML)
        assert "<h1>" in response.text


def umami_body(status, message, code, **extra):
    return JSON, {"error": {"message": message, "code": code, "status": status, **extra}}


CASES = {
    "/api/users": (503, "", umami_body(503, BUSY, "server-error", requestId="an-id")),
    "/api": (413, "", umami_body(413, "Request body too large", "bad-request")),
    "/api/x": (408, "module=API", umami_body(408, "The request did not arrive in time.", "bad-request")),
    "/scim/v2/Users": (
        503,
        "",
        (
            TYPE,
            {
                "type": "about:blank",
                "title": "Service Unavailable",
                "status": 503,
                "detail": BUSY,
                "requestId": "an-id",
            },
        ),
    ),
    "/index.php": (
        503,
        "module=API&format=JSON",
        ("application/json; charset=utf-8", {"result": "error", "message": BUSY}),
    ),
    "/": (
        413,
        "module=API&format=json",
        ("application/json; charset=utf-8", {"result": "error", "message": "The request is too large."}),
    ),
}


class TestWithoutFlask:
    """Requests that are rejected before they reach the application."""

    @pytest.mark.parametrize(("path", "case"), CASES.items(), ids=CASES)
    def test_the_api_that_was_asked_says_it(self, app, path, case):
        status, query_string, expected = case

        kind, body = errors.plain_response(status, path, query_string, "an-id")

        assert (kind, orjson.loads(body)) == expected

    @pytest.mark.parametrize(
        ("query_string", "kind", "body"),
        [
            ("", XML, b'<?xml version="1.0" encoding="utf-8" ?>\n<result>\n\t<error message="%s" />\n</result>'),
            ("format=csv", HTML, b"Error: %s"),
            ("format=nonsense", "text/plain; charset=utf-8", b"Error: %s"),
            (
                "format=json&callback=f",
                "application/javascript; charset=utf-8",
                b'f({"result":"error","message":"%s"})',
            ),
        ],
    )
    def test_on_matomos_the_format_decides(self, app, query_string, kind, body):
        found = errors.busy_response("/index.php", query_string, "an-id")

        assert found == (kind, body % BUSY.encode())

    @pytest.mark.parametrize("path", ["/invitations/x", "/reset-password", "/pages/x.css"])
    def test_a_page_is_a_page(self, app, path):
        kind, body = errors.busy_response(path, "", "an-id")

        assert kind == HTML
        assert f"<h1>Please try again</h1><p>{BUSY}</p>" in body.decode()

    @pytest.mark.parametrize("path", ["/", "/index.php", "/api/x", "/invitations/x", "/x", "", "\xff"])
    @pytest.mark.parametrize("query_string", ["\xff=%ff&&=&module=API", "a[]=1&" * 3000, "format[]=x&format=%00", "%"])
    @pytest.mark.parametrize("status", [400, 408, 413, 431, 500, 503])
    def test_nothing_that_a_client_sends_breaks_it(self, app, path, query_string, status):
        kind, body = errors.plain_response(status, path, query_string, "an-id")

        assert kind
        assert body


def test_an_api_is_added_by_one_line(app, anonymous, monkeypatch):
    monkeypatch.setattr(errors, "_apis", dict(errors._apis))
    scim = errors.Api(
        "scim",
        errors.below("/scim"),
        lambda error: errors.Response(type(error).__name__, status=404),
        lambda status, _query_string, request_id: ("text/plain", f"{status} {request_id}".encode()),
    )

    errors.register(scim)

    assert anonymous.get("/scim/v2/Users").text == "NotFound"
    assert errors.busy_response("/scim", "", "an-id") == ("text/plain", b"503 an-id")
    assert is_problem(anonymous.get("/scims"), 404)


def test_a_database_without_tables_is_one_that_needs_migrating(empty_database, tmp_path):
    from tests.http.apps import other_app

    with other_app(empty_database, tmp_path) as app:
        response = app.test_client().get("/api/me", headers={"Authorization": "Bearer some-token"})
        with app.app_context():
            assert migrations.current_revision() is None

    assert response.status_code == 503
    assert response.json["error"]["message"] == "The database is not available"
