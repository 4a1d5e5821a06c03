"""Bodies that are not a JSON object: a clear error in the envelope and no changes, on every endpoint."""

import json

import pytest

from tests.umami.bodies import bad_root, pretty, refusal
from tests.umami.posts import BODILESS, NEEDS_NO_BODY, POSTS, WITH_CODES, caller_of

NO_JSON = bad_root("Invalid input: expected object, received undefined")
DEEP = 100_000
NO_BODIES = {
    "nothing": b"",
    "blanks": b" \r\n\t",
    "half an object": b'{"name": "x"',
    "single quotes": b"{'name': 'x'}",
    "a trailing comma": b'{"name": "x",}',
    "two objects": b'{"name": "x"} {"name": "y"}',
    "a comment": b'{"name": "x"} // why not',
    "a form": b"name=x&username=x&password=x",
    "NaN": b'{"name": NaN, "page": Infinity}',
    "a number beyond all bounds": b'{"name": "x", "shareType": 1e400}',
    "half a surrogate pair": rb'{"name": "\ud83d", "username": "\ude00", "accessCode": "\ud83dx"}',
    "a raw half of a surrogate pair": b'{"name": "\xed\xa0\xbd"}',
    "bytes that are no UTF-8": b'{"name": "\xff\xfe"}',
    "UTF-16": '{"name": "x"}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "a raw NUL": b'{"name": "\0"}',
    "a NUL at the end": b'{"name": "x"}\0',
    "a raw line end in a string": b'{"name": "x\ny"}',
    "deep arrays": b"[" * DEEP + b"]" * DEEP,
    "deep objects": b'{"name":' * DEEP + b"1" + b"}" * DEEP,
    "deep and never closed": b'{"parameters": ' + b"[" * DEEP,
}
OTHER_ROOTS = {
    "null": "null",
    "[]": "array",
    '[{"name": "x"}]': "array",
    '"{}"': "string",
    "0": "number",
    "true": "boolean",
}

each_endpoint = pytest.mark.parametrize("path", POSTS)


def test_no_endpoint_is_forgotten(migrated_app, world):
    words = world.ids("admin")
    adapter = migrated_app.url_map.bind("localhost")

    told = {
        adapter.match("/".join(words.get(part, part) for part in path.split("/")), "POST", return_rule=True)[0].rule
        for path in [*POSTS, *BODILESS, *WITH_CODES]
    }

    posts = {
        rule.rule
        for rule in migrated_app.url_map.iter_rules()
        if rule.endpoint.startswith("umami.") and "POST" in (rule.methods or ())
    }
    assert told == posts


@each_endpoint
def test_the_body_to_be_spoilt_is_good(world, path):
    caller = caller_of(path)

    response = world.send("POST", path, caller, json=world.filled(POSTS[path], caller))

    assert response.status_code == 200, response.text


@pytest.mark.parametrize("body", NO_BODIES.values(), ids=NO_BODIES)
def test_what_is_no_json_is_refused_everywhere(world, pristine, body):
    for path in POSTS:
        if not body and path in NEEDS_NO_BODY:
            continue
        response = world.send("POST", path, data=body, content_type="application/json")

        assert response.status_code == 400, path
        assert pretty(response.json) == pretty(NO_JSON)

    assert world.state == pristine


@pytest.mark.parametrize(("body", "kind"), OTHER_ROOTS.items())
def test_what_is_no_object_is_refused_everywhere(world, pristine, body, kind):
    for path in POSTS:
        response = world.send("POST", path, data=body)

        assert response.status_code == 400, path
        assert pretty(response.json) == pretty(bad_root(f"Invalid input: expected object, received {kind}"))

    assert world.state == pristine


@each_endpoint
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_forms_are_refused(world, pristine, path, kind):
    form = {name: str(value) for name, value in world.filled(POSTS[path]).items()}

    response = world.send("POST", path, data=form, content_type=kind)

    assert response.status_code == 400
    assert pretty(response.json) == pretty(NO_JSON)
    assert world.state == pristine


@each_endpoint
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "nonsense", None])
def test_json_is_json_whatever_it_is_called(world, path, kind):
    caller = caller_of(path)
    body = json.dumps(world.filled(POSTS[path], caller)).encode()

    response = world.send("POST", path, caller, data=body, content_type=kind)

    assert response.status_code == 200, response.text


@pytest.mark.parametrize("path", [path for path in POSTS if path != "/api/bulk"])  # see test_bulk.py
def test_ten_thousand_unknown_keys_are_dropped(world, path):
    caller = caller_of(path)
    noise = {f"key{number}": number for number in range(10_000)}
    evil = {"__proto__": {"role": "admin"}, "constructor": {"prototype": {}}, "toString": 1, "_schema": "x", "": 1}

    response = world.send("POST", path, caller, json=noise | evil | world.filled(POSTS[path], caller))

    assert response.status_code == 200, response.text


@each_endpoint
def test_too_large_a_body_is_refused(world, pristine, path):
    body = json.dumps(world.filled(POSTS[path]) | {"more": "x" * 1_048_576})

    response = world.send("POST", path, data=body)

    assert response.status_code == 413
    assert pretty(response.json) == pretty(refusal(413, "Request body too large", "bad-request"))
    assert world.state == pristine


@pytest.mark.parametrize("path", sorted(BODILESS))
@pytest.mark.parametrize("body", [b"{broken", b"[]", b"\0", b"x" * 2_000_000], ids=["half", "array", "NUL", "huge"])
def test_where_no_body_is_wanted_none_is_read(world, path, body):
    response = world.send("POST", path, data=body)

    assert response.status_code == 200


def test_of_repeated_keys_in_json_the_last_counts(world):
    response = world.send("POST", "/api/teams", data='{"name": 7, "name": "First", "name": "Last"}')

    assert response.status_code == 200
    assert response.json[0]["name"] == "Last"
