"""Failures: the body is never empty, and never shows internals."""

import pytest

from app.services.users import accounts
from tests.umami.decisions.envelopes import NOT_FOUND, refusal

NOT_ALLOWED = refusal(405, "Method not allowed", "bad-request")
TOO_LARGE = refusal(413, "Request body too large", "bad-request")
SECRET = 'SELECT password FROM "user"'


def request_id(response):
    """Return the request id of a response, which every response has."""
    found = response.headers["X-Request-Id"]
    assert len(found) == 32
    return found


WITH_PUT = {"DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"}


class TestFailures:
    @pytest.mark.parametrize("path", ["/api/nothing", "/api", "/api/users/a/b/c/d", "/api/%00", "/api/../x"])
    def test_unknown_paths(self, anonymous, path):
        response = anonymous.get(path)

        assert response.status_code == 404
        assert response.content_type == "application/json"
        assert response.json == NOT_FOUND
        assert request_id(response)

    @pytest.mark.parametrize(
        ("method", "path", "allowed"),
        [
            ("DELETE", "/api/users", {"GET", "HEAD", "OPTIONS", "POST"}),
            ("PATCH", "/api/users/41e2b680-648e-4b09-bcd7-3e2b10c06264", WITH_PUT),
            ("PATCH", "/api/teams/41e2b680-648e-4b09-bcd7-3e2b10c06264", WITH_PUT),
            ("GET", "/api/auth/login", {"OPTIONS", "POST"}),
            ("POST", "/api/heartbeat", {"GET", "HEAD", "OPTIONS"}),
        ],
    )
    def test_wrong_methods_are_told_the_right_ones(self, anonymous, method, path, allowed):
        response = anonymous.open(path, method=method)

        assert response.status_code == 405
        assert response.content_type == "application/json"
        assert response.json == NOT_ALLOWED
        assert set(response.headers["Allow"].split(", ")) == allowed
        assert request_id(response)

    def test_bodies_that_are_too_large(self, anonymous):
        response = anonymous.post("/api/auth/login", data=b'"' + b"a" * 1_048_576 + b'"')

        assert response.status_code == 413
        assert response.content_type == "application/json"
        assert response.json == TOO_LARGE
        assert request_id(response)

    def test_the_largest_body_is_read(self, anonymous):
        filling = b" " * (1_048_576 - 2)

        response = anonymous.post("/api/auth/login", data=b"{" + filling + b"}")

        assert response.status_code == 400
        assert list(response.json["error"]["properties"]) == ["username", "password"]

    def test_too_many_failures(self, log_in, make_user):
        make_user("ada")

        responses = [log_in("ada", password="wrong") for _ in range(11)]

        assert responses[-1].content_type == "application/json"
        assert responses[-1].json == refusal(429, "Too many failed attempts. Please try again later.", "unauthorized")
        assert len({request_id(response) for response in responses}) == 11

    @pytest.mark.parametrize("error", [RuntimeError(SECRET), KeyError(SECRET), RecursionError(SECRET), OSError(SECRET)])
    def test_faults_of_ours_tell_their_request_id_alone(self, client_of, admin, monkeypatch, error):
        def broken(*_args, **_kwargs):
            raise error

        monkeypatch.setattr(accounts, "get_user", broken)

        response = client_of(admin).get(f"/api/users/{admin.id}")

        assert response.status_code == 500
        assert response.content_type == "application/json"
        assert response.json == refusal(500, "Server error", "server-error", requestId=request_id(response))
        assert b"password" not in response.data

    def test_callers_may_bring_their_own_request_id(self, anonymous):
        response = anonymous.get("/api/nothing", headers={"X-Request-Id": "mine-42"})

        assert response.headers["X-Request-Id"] == "mine-42"

    @pytest.mark.parametrize("given", ["", "a b", "x" * 65, "ä", "<script>"])
    def test_but_not_just_any(self, anonymous, given):
        response = anonymous.get("/api/nothing", headers={"X-Request-Id": given})

        assert request_id(response) != given
