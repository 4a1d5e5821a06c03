"""Text that databases cannot store, everywhere the document has text."""

import json

import pytest

from tests.openapi import world

IDS = {
    "userId": world.known("user", "user"),
    "teamId": world.known("team", "blue"),
    "websiteId": world.known("website", "user's"),
    "shareId": world.known("share", "user's"),
}
ODD = {"nul": "a\0b", "half a character": "a\ud800b", "the other half first": "\udfff\ud800"}


@pytest.fixture
def as_admin(app):
    world.rebuild(app)
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {world.token('admin')}"
    return client


def plain(schema):
    """Return a value that the schema allows."""
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("format") == "uuid":
        return str(world.known("team", "blue"))
    kinds = schema.get("type")
    return {"string": "x" * 8, "integer": 1, "boolean": True, "array": [], "object": {}}[
        kinds if isinstance(kinds, str) else kinds[0]
    ]


def is_text(schema):
    return "string" in schema.get("type", ()) and not {"enum", "format"} & set(schema)


def body_schema(document, operation):
    reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    return document["components"]["schemas"][reference.rpartition("/")[2]]


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_no_body_gets_it_in(as_admin, document, operations, odd):
    answers = {}
    for path, method, operation in operations:
        if "requestBody" not in operation or operation["operationId"] == "verifyTwoFactor":  # it takes a partial login
            continue
        schema = body_schema(document, operation)
        body = {name: plain(schema["properties"][name]) for name in schema.get("required", ())}
        for name, part in schema["properties"].items():
            if is_text(part):
                sent = json.dumps({**body, name: odd})
                answers[operation["operationId"], name] = as_admin.open(path.format(**IDS), method=method, data=sent)

    assert len(answers) > 20
    refused = {place: (answer.status_code, answer.json["error"]["code"]) for place, answer in answers.items()}
    assert refused == dict.fromkeys(answers, (400, "bad-request"))


@pytest.mark.parametrize("path", ["/api/share/{}", "/api/users/{}"])
@pytest.mark.parametrize("escaped", ["%00", "%ED%A0%80", "a%00b"])
def test_no_path_leads_anywhere_with_it(as_admin, path, escaped):
    response = as_admin.get(path.format(escaped))

    assert response.status_code == 404
    assert response.json == {"error": {"message": "Not found", "code": "not-found", "status": 404}}


@pytest.mark.parametrize("name", ["search", "orderBy", "includeTeams"])
def test_no_query_gets_it_in(as_admin, name):
    response = as_admin.get(f"/api/websites?{name}=a%00b")

    text = "Invalid string: must not contain NUL or unpaired surrogates"
    assert response.status_code == 400
    assert response.json == {
        "error": {
            "message": "Bad request",
            "code": "bad-request",
            "status": 400,
            "errors": [],
            "properties": {name: {"errors": [text]}},
        }
    }
