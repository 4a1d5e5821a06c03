"""The headers that all responses have."""

import pytest

from tests.http.apps import ANSWERS

ALWAYS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, DELETE, POST, PUT",
    "Access-Control-Max-Age": "86400",
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'self'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-DNS-Prefetch-Control": "on",
}


def assert_headers(response, **others):
    expected = {**ALWAYS, **others}
    assert {name: response.headers.get(name) for name in expected} == expected
    for name in expected:
        assert len(response.headers.getlist(name)) == 1, name
    assert len(response.headers["X-Request-Id"]) == 32
    assert "Server" not in response.headers
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("status", ANSWERS)
def test_every_kind_of_answer_bears_them(failing_app, status):
    method, path, body = ANSWERS[status]

    response = failing_app.test_client().open(path, method=method, data=body)

    assert response.status_code == status
    assert_headers(response)
    assert "Strict-Transport-Security" not in response.headers


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/", "/nothing", "/favicon.ico"])
def test_so_do_answers_beside_the_wire(anonymous, path):
    assert_headers(anonymous.get(path))


def test_so_does_a_throttled_login(app_with, make_user):
    ada = make_user("ada")
    client = app_with(login_attempts=1).test_client()
    client.post("/api/auth/login", json={"username": "ada", "password": "wrong"})

    response = client.post("/api/auth/login", json={"username": "ada", "password": ada.password})

    assert response.status_code == 429
    assert_headers(response)


def test_so_does_an_answer_without_a_database(app_without_database):
    response = app_without_database.test_client().get("/api/share/x")

    assert response.status_code == 503
    assert_headers(response)


def test_https_alone_is_demanded_only_where_configured(app_with):
    client = app_with(force_ssl=True).test_client()

    for path in ("/api/heartbeat", "/api/me", "/nothing"):
        assert_headers(client.get(path), **{"Strict-Transport-Security": "max-age=63072000; includeSubDomains"})


def test_frames_may_be_allowed(app_with):
    client = app_with(allowed_frame_urls="https://a.example https://b.example").test_client()

    policy = "default-src 'none'; frame-ancestors 'self' https://a.example https://b.example"
    assert_headers(client.get("/api/heartbeat"), **{"Content-Security-Policy": policy})
