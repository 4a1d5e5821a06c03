"""The exact error texts of Umami's validator, in responses."""

import pytest

from tests.umami.bodies import bad_fields, bad_root, pretty, refusal

ADA = {"username": "ada", "password": "correct horse", "role": "user"}
NOBODY = "0190a0b0-c0d0-7abc-9def-001122334455"
SITE = {"name": "Site", "domain": "site.example"}
ROLES = 'Invalid option: expected one of "admin"|"user"|"view-only"'
TEAM_ROLES = 'Invalid option: expected one of "team-member"|"team-view-only"|"team-manager"'


def wanted(expected, received):
    return f"Invalid input: expected {expected}, received {received}"


@pytest.fixture
def send(client_of, admin):
    """Post a body as an administrator; strings are sent as they are."""
    client = client_of(admin)

    def post(path, body):
        return client.post(path, data=body) if isinstance(body, str) else client.post(path, json=body)

    return post


@pytest.mark.parametrize(
    ("path", "body", "field", "text"),
    [
        ("/api/users", {**ADA, "username": 7}, "username", wanted("string", "number")),
        ("/api/users", {**ADA, "username": 7.5}, "username", wanted("string", "number")),
        ("/api/users", {**ADA, "username": True}, "username", wanted("string", "boolean")),
        ("/api/users", {**ADA, "username": None}, "username", wanted("string", "null")),
        ("/api/users", {**ADA, "username": []}, "username", wanted("string", "array")),
        ("/api/users", {**ADA, "username": {}}, "username", wanted("string", "object")),
        ("/api/users", {"password": "correct horse", "role": "user"}, "username", wanted("string", "undefined")),
        ("/api/users", {**ADA, "username": "x" * 256}, "username", "Too big: expected string to have <=255 characters"),
        ("/api/users", {**ADA, "password": "short"}, "password", "Too small: expected string to have >=8 characters"),
        ("/api/users", {**ADA, "id": "ada"}, "id", "Invalid UUID"),
        ("/api/users", {**ADA, "id": None}, "id", wanted("string", "null")),
        ("/api/users", {**ADA, "id": "00000000-0000-9000-8000-000000000000"}, "id", "Invalid UUID"),
        ("/api/users", {**ADA, "id": "00000000-0000-4000-c000-000000000000"}, "id", "Invalid UUID"),
        ("/api/users", {**ADA, "id": NOBODY.replace("-", "")}, "id", "Invalid UUID"),
        ("/api/users", {**ADA, "role": "Admin"}, "role", ROLES),
        ("/api/users", {**ADA, "role": None}, "role", ROLES),
        ("/api/users", {**ADA, "role": ["admin"]}, "role", ROLES),
        ("/api/users", {"username": "ada", "password": "correct horse"}, "role", ROLES),
        ("/api/teams", {"name": "x" * 51}, "name", "Too big: expected string to have <=50 characters"),
        ("/api/teams", {"name": "Blue", "ownerId": 7}, "ownerId", wanted("string", "number")),
        ("/api/teams/join", {}, "accessCode", wanted("string", "undefined")),
        (f"/api/teams/{NOBODY}/users", {"userId": NOBODY, "role": "team-owner"}, "role", TEAM_ROLES),
        ("/api/websites", {**SITE, "domain": "x" * 501}, "domain", "Too big: expected string to have <=500 characters"),
        ("/api/websites", {**SITE, "teamId": "blue"}, "teamId", "Invalid UUID"),
        (f"/api/websites/{NOBODY}", {"replayEnabled": 1}, "replayEnabled", wanted("boolean", "number")),
        (f"/api/websites/{NOBODY}/shares", {"name": "x", "parameters": []}, "parameters", wanted("record", "array")),
        (
            "/api/me/password",
            {"currentPassword": "x", "newPassword": False},
            "newPassword",
            wanted("string", "boolean"),
        ),
    ],
)
def test_one_field(send, path, body, field, text):
    response = send(path, body)

    assert response.status_code == 400
    assert response.content_type == "application/json"
    assert pretty(response.json) == pretty(bad_fields(**{field: text}))


@pytest.mark.parametrize("path", ["/api/users", "/api/teams", "/api/teams/join", "/api/websites", "/api/share"])
@pytest.mark.parametrize(
    ("body", "received"),
    [
        ("", "undefined"),
        ("{", "undefined"),
        ("undefined", "undefined"),
        ("null", "null"),
        ("[]", "array"),
        ('"text"', "string"),
        ("7", "number"),
        ("1.5e3", "number"),
        ("false", "boolean"),
    ],
)
def test_the_whole_body_is_no_object(send, path, body, received):
    response = send(path, body)

    assert response.status_code == 400
    assert pretty(response.json) == pretty(bad_root(wanted("object", received)))


def test_all_failing_fields_are_told_at_once_in_the_schemas_order(send):
    response = send("/api/users", {"id": "x", "role": "king", "password": "short", "username": None})

    expected = bad_fields(
        username=wanted("string", "null"),
        password="Too small: expected string to have >=8 characters",
        role=ROLES,
        id="Invalid UUID",
    )
    assert pretty(response.json) == pretty(expected)


def test_an_empty_object_lacks_what_is_required_alone(send):
    response = send("/api/share", {})

    expected = bad_fields(
        entityId=wanted("string", "undefined"),
        shareType=wanted("number", "undefined"),
        name=wanted("string", "undefined"),
        parameters=wanted("record", "undefined"),
    )
    assert pretty(response.json) == pretty(expected)


def test_failing_query_fields_are_told_at_once_in_the_schemas_order(client_of, admin):
    response = client_of(admin).get(f"/api/users?search={'x' * 501}&maxResults=0&pageSize=1.5&page=x")

    expected = bad_fields(
        page=wanted("number", "NaN"),
        pageSize=wanted("int", "number"),
        maxResults="Too small: expected number to be >0",
        search="Too big: expected string to have <=500 characters",
    )
    assert (response.status_code, pretty(response.json)) == (400, pretty(expected))


@pytest.mark.parametrize(
    ("name", "accepted"), [("x" * 255, True), ("😀" * 127, True), ("😀" * 128, False), ("é" * 255, True)]
)
def test_length_is_counted_in_utf_16(send, name, accepted):
    response = send("/api/users", {**ADA, "username": name})

    assert response.status_code == (200 if accepted else 400)


@pytest.mark.parametrize(
    "chosen",
    [
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "A987FBC9-4BED-3078-8F07-9141BA07C9F3",
        "0190a0b0-c0d0-7abc-9def-001122334455",
    ],
)
def test_ids_of_every_known_version_are_accepted(send, chosen):
    response = send("/api/users", {**ADA, "id": chosen})

    assert (response.status_code, response.json["id"]) == (200, chosen.lower())


class TestOtherRefusals:
    def test_without_a_token(self, anonymous):
        response = anonymous.get("/api/me")

        assert (response.status_code, response.json) == (401, refusal(401, "Unauthorized", "unauthorized"))

    def test_without_a_token_the_body_is_not_looked_at(self, anonymous):
        response = anonymous.post("/api/users", json={"username": 7})

        assert (response.status_code, response.json) == (401, refusal(401, "Unauthorized", "unauthorized"))

    def test_without_permission_the_body_is_checked_first(self, client_of, make_user):
        response = client_of(make_user()).post("/api/users", json={**ADA, "role": "king"})

        assert (response.status_code, response.json) == (400, bad_fields(role=ROLES))

    def test_a_path_that_is_not_there(self, anonymous):
        response = anonymous.get("/api/nothing")

        assert response.content_type == "application/json"
        assert (response.status_code, response.json) == (404, refusal(404, "Not found", "not-found"))

    def test_a_method_that_is_not_there(self, client_of, admin):
        response = client_of(admin).put("/api/users", json=ADA)

        assert response.content_type == "application/json"
        assert (response.status_code, response.json) == (405, refusal(405, "Method not allowed", "bad-request"))
        assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}
