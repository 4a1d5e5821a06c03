"""Requests from browsers on other origins."""

import pytest

ALLOW = "Access-Control-Allow-Origin"
A, B = "https://a.example", "https://b.example:8443"
PATHS = ["/api/heartbeat", "/api/me", "/api/nothing", "/healthz"]


class TestByDefault:
    @pytest.mark.parametrize("path", PATHS)
    @pytest.mark.parametrize("origin", [None, A, "null"])
    def test_every_origin_may(self, anonymous, path, origin):
        response = anonymous.get(path, headers={"Origin": origin} if origin else {})

        assert response.headers.getlist(ALLOW) == ["*"]
        assert "Vary" not in response.headers
        assert "Access-Control-Allow-Credentials" not in response.headers


class TestConfigured:
    @pytest.fixture
    def client(self, app_with):
        return app_with(cors_origins=f"{A}, {B}", cors_max_age=60).test_client()

    @pytest.mark.parametrize("path", PATHS)
    @pytest.mark.parametrize("origin", [A, B])
    def test_a_listed_origin_is_echoed(self, client, path, origin):
        response = client.get(path, headers={"Origin": origin})

        assert response.headers.getlist(ALLOW) == [origin]
        assert response.headers["Vary"] == "Origin"

    @pytest.mark.parametrize("path", PATHS)
    @pytest.mark.parametrize(
        "origin",
        [None, "", "null", "*", "https://c.example", f"{A}.evil.example", "http://a.example", A.upper(), f"{A}, {B}"],
    )
    def test_another_is_not(self, client, path, origin):
        response = client.get(path, headers={"Origin": origin} if origin is not None else {})

        assert ALLOW not in response.headers
        assert response.headers["Vary"] == "Origin"

    def test_a_browser_may_remember_for_as_long_as_is_said(self, client):
        response = client.options("/api/users", headers={"Origin": A, "Access-Control-Request-Method": "POST"})

        assert (response.status_code, response.headers[ALLOW]) == (204, A)
        assert response.headers["Access-Control-Max-Age"] == "60"

    def test_nobody_may_when_the_list_is_empty(self, app_with):
        response = app_with(cors_origins="").test_client().get("/api/heartbeat", headers={"Origin": A})

        assert ALLOW not in response.headers


class TestPreflight:
    def test_the_headers_of_clients_are_listed_by_name(self, anonymous):
        response = anonymous.options(
            "/api/websites",
            headers={
                "Origin": A,
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "authorization,content-type",
            },
        )

        listed = {name.strip().lower() for name in response.headers["Access-Control-Allow-Headers"].split(",")}
        assert response.status_code == 204
        assert listed >= {
            "*",  # as Umami sends it; it does not cover Authorization
            "authorization",
            "content-type",
            "x-umami-share-token",
            "x-umami-share-context",
            "x-request-id",
        }

    def test_scripts_may_read_what_we_add(self, anonymous):
        response = anonymous.get("/api/heartbeat")

        exposed = {name.strip() for name in response.headers["Access-Control-Expose-Headers"].split(",")}
        assert exposed >= {"X-Request-Id", "Retry-After"}
