"""The maximum size of a body."""

import pytest

from tests.umami.bodies import refusal

TOO_LARGE = refusal(413, "Request body too large", "bad-request")
LIMIT = 2048


@pytest.fixture
def client(app_with, token_of, admin):
    made = app_with(max_body_bytes=LIMIT).test_client()
    made.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token_of(admin)}"
    return made


def body(size):
    start, end = b'{"name": "Blue", "more": "', b'"}'
    return start + b"x" * (size - len(start) - len(end)) + end


def test_as_large_as_configured_is_read(client):
    assert client.post("/api/teams", data=body(LIMIT)).status_code == 200


def test_one_byte_more_is_refused(client):
    response = client.post("/api/teams", data=body(LIMIT + 1))

    assert (response.status_code, response.json) == (413, TOO_LARGE)
    assert client.get("/api/teams").json["count"] == 0


def test_who_may_not_ask_is_told_that_first(client):
    del client.environ_base["HTTP_AUTHORIZATION"]

    assert client.post("/api/teams", data=body(LIMIT + 1)).status_code == 401


def test_where_no_body_is_wanted_its_size_does_not_matter(client):
    assert client.post("/api/auth/verify", data=body(LIMIT + 1)).status_code == 200
