"""Each operation of a bulk call does and answers what its own endpoint does: for every caller, key and outcome."""

import json
import re

import pytest

from app.api.umami.schemas.bulk import OPERATIONS
from tests.listening import heard, names
from tests.umami.test_key_scopes import KEYS
from tests.umami.test_matrix import BODIES, ROWS
from tests.umami.world import CALLERS, key_of

HASH = "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"
USERS = [caller for caller in CALLERS if caller not in ("anonymous", "share token")]
FRESH = re.compile(r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+Z|team_\w{16}|"number": \d+')
"""Ids, times, access codes and numbers, which differ each time."""


@pytest.fixture(scope="module")
def endpoints(migrated_app):
    """The ``operationId`` and the names of the path's ids, by method and route."""
    document = migrated_app.test_client().get("/api/openapi.json").json
    return {
        f"{method.upper()} {path}": (found["operationId"], re.findall(r"{(\w+)}", path))
        for path, methods in document["paths"].items()
        for method, found in methods.items()
    }


def operation_for(app, endpoints, call):
    """Return a row of the matrix as an operation; None if it is not one that can be done in bulk."""
    method, path, *_ = call.split()
    rule, values = app.url_map.bind("localhost").match(path, method, return_rule=True)
    route = re.sub(r"<(\w+)>", lambda found: "{" + re.sub(r"_(\w)", lambda m: m[1].upper(), found[1]) + "}", rule.rule)
    name, ids = endpoints[f"{method} {route}"]
    if name not in OPERATIONS:
        return None
    given = dict(zip(ids, values.values(), strict=True))
    return {"operation": name, **given, "data": BODIES.get(call, {})}


CALLS = [
    call
    for call, _ in ROWS
    if re.match(
        r"(POST /api/(users|teams|websites)|PUT /api/(users|teams|websites)|DELETE /api/(users|teams|websites))(/|$| )",
        call,
    )
    and "join" not in call
    and not re.search(r"(sessions|api-keys|shares|/reset|/teams/:\w+/websites)", call)
]


def without_fresh(body):
    """Return a body as text, without the values that differ each time."""
    return FRESH.sub("…", json.dumps(body))


def test_every_operation_is_called_here(migrated_app, endpoints):
    found = [operation_for(migrated_app, endpoints, call) for call in CALLS]

    assert None not in found
    assert {one["operation"] for one in found} | {"updateUser", "updateTeam", "updateWebsite"} == set(OPERATIONS)


@pytest.mark.parametrize("call", CALLS)
def test_it_is_as_by_the_endpoint(world, endpoints, call):
    method, path, *_ = call.split()
    operation = operation_for(world.app, endpoints, call)

    for caller in USERS:
        world.restore()
        body = world.filled(BODIES.get(call, {}), caller)
        with heard(world.app) as alone:
            single = world.send(method, path, caller, json=body)
        for atomic in (False, True):
            world.restore()
            with heard(world.app) as together:
                sent = {"operations": [world.filled(operation, caller)], "atomic": atomic}
                answer = world.send("POST", "/api/bulk", caller, json=sent)

            (result,) = answer.json["results"]
            shown = result["data"] if "data" in result else {"error": result["error"]}
            assert result["status"] == single.status_code, (caller, result)
            assert without_fresh(shown) == without_fresh(single.json), caller
            assert names(together) == names(alone), caller
            assert answer.status_code == (200 if single.status_code < 400 else 400 if atomic else 207)
            if method == "PUT" and single.status_code < 400 and "access" not in path:
                assert "etag" in result
        world.changed = True


@pytest.mark.parametrize("call", CALLS)
def test_it_needs_the_same_scope(world, endpoints, call):
    method, path, *_ = call.split()
    operation = world.filled(operation_for(world.app, endpoints, call))

    for scope in KEYS:
        headers = {"Authorization": f"Bearer {key_of(scope)}"}
        world.restore()
        single = world.send(method, path, json=world.filled(BODIES.get(call, {})), headers=headers)
        world.restore()
        answer = world.send("POST", "/api/bulk", json={"operations": [operation]}, headers=headers)

        (result,) = answer.json["results"]
        assert result["status"] == single.status_code, (scope, result)
        if single.status_code >= 400:
            assert without_fresh({"error": result["error"]}) == without_fresh(single.json)
        world.changed = True


def test_a_refusal_is_audited_as_a_call_of_the_endpoint(world):
    body = {"username": "newcomer", "role": "user", "passwordHash": HASH}
    for atomic in (False, True):
        with heard(world.app) as events:
            sent = {"operations": [{"operation": "createUser", "data": body}], "atomic": atomic}
            world.send("POST", "/api/bulk", "user", json=sent)

        assert [event.call for event in events] == ["POST /api/users"]
