"""Methods and paths: OPTIONS, HEAD, wrong methods, slashes."""

import re

import pytest

from tests.umami.bodies import pretty, refusal

NOT_ALLOWED = refusal(405, "Method not allowed", "bad-request")
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
SOMETHING = "0190a0b0-c0d0-7abc-9def-001122334455"


def paths(app):
    """Return all paths, with a value for each parameter."""
    return sorted({re.sub("<[^>]+>", SOMETHING, rule.rule) for rule in app.url_map.iter_rules()})


def allowed(response):
    return response.headers["Allow"].split(", ")


class TestOptions:
    def test_every_path_tells_exactly_the_methods_that_it_has(self, app, anonymous):
        for path in paths(app):
            response = anonymous.options(path)

            served = [method for method in METHODS if anonymous.open(path, method=method).status_code != 405]
            assert (response.status_code, response.data) == (204, b""), path
            assert allowed(response) == sorted([*served, "OPTIONS"]), path
            assert "Content-Type" not in response.headers

    @pytest.mark.parametrize(
        ("path", "methods"),
        [
            ("/api/users", ["GET", "HEAD", "OPTIONS", "POST"]),
            (f"/api/users/{SOMETHING}", ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"]),
            ("/api/me", ["GET", "HEAD", "OPTIONS"]),
            ("/api/auth/login", ["OPTIONS", "POST"]),
        ],
    )
    def test_several_rules_of_a_path_are_told_together(self, anonymous, path, methods):
        assert allowed(anonymous.options(path)) == methods

    def test_an_unknown_path_is_missing(self, anonymous):
        response = anonymous.options("/api/nothing")

        assert (response.status_code, response.json) == (404, refusal(404, "Not found", "not-found"))


class TestWrongMethods:
    def test_they_are_told_the_right_ones(self, app, anonymous):
        for path in paths(app):
            told = set(allowed(anonymous.options(path)))
            for method in set(METHODS) - told - {"HEAD"}:
                response = anonymous.open(path, method=method)

                assert response.status_code == 405, (method, path)
                if path.startswith("/api/"):
                    assert pretty(response.json) == pretty(NOT_ALLOWED)
                assert set(allowed(response)) == told

    @pytest.mark.parametrize("method", ["TRACE", "PROPFIND", "X"])
    def test_strange_ones_are_not_allowed(self, anonymous, method):
        response = anonymous.open("/api/users", method=method)

        assert (response.status_code, response.json) == (405, NOT_ALLOWED)


class TestHead:
    @pytest.mark.parametrize(
        "path", ["/api/heartbeat", "/api/config", "/api/me", "/api/users", "/api/nothing", "/healthz"]
    )
    def test_it_is_get_without_a_body(self, anonymous, path):
        got, headed = anonymous.get(path), anonymous.head(path)

        assert headed.data == b""
        assert headed.status_code == got.status_code
        assert headed.content_length == got.content_length
        assert dict(headed.headers) | {"X-Request-Id": ""} == dict(got.headers) | {"X-Request-Id": ""}

    def test_it_asks_for_a_login_as_well(self, client_of, anonymous, admin):
        assert anonymous.head("/api/admin/users").status_code == 401
        assert client_of(admin).head("/api/admin/users").status_code == 200


class TestSlashes:
    def test_one_at_the_end_changes_nothing(self, app, anonymous):
        for path in paths(app):
            if path != "/":
                assert allowed(anonymous.options(f"{path}/")) == allowed(anonymous.options(path)), path

    def test_a_body_arrives_all_the_same(self, client_of, admin):
        user = {"username": "ada", "password": "correct horse", "role": "user"}

        response = client_of(admin).post("/api/users/", json=user)

        assert (response.status_code, response.json["username"]) == (200, "ada")

    def test_two_in_a_row_are_redirected(self, anonymous):
        response = anonymous.get("/api//heartbeat")

        assert response.status_code == 308
        assert response.headers["Location"].endswith("/api/heartbeat")
