"""Which calls take ``Idempotency-Key``: all that create something."""

import pytest

from tests.umami.posts import POSTS

CREATING = [
    "/api/bulk",
    "/api/users",
    "/api/teams",
    "/api/teams/join",
    "/api/teams/:team/users",
    "/api/teams/:team/websites",
    "/api/websites",
    "/api/websites/:site/shares",
    "/api/share",
    "/api/invitations",
    "/api/me/api-keys",
    "/api/users/:outsider/api-keys",
]


@pytest.mark.parametrize("path", CREATING)
def test_every_call_that_creates_something_does_so_once(world, path):
    body = world.filled(POSTS[path])
    caller = "user" if "join" in path else "admin"
    headers = {**world.headers(caller), "Idempotency-Key": "6b1ac2"}

    first = world.send("POST", path, json=body, headers=headers)
    before = world.state
    second = world.send("POST", path, json=body, headers=headers)

    assert first.status_code == 200, first.json
    assert (second.status_code, second.data) == (200, first.data)
    assert (first.headers.get("Idempotent-Replayed"), second.headers["Idempotent-Replayed"]) == (None, "true")
    assert world.state == before


def test_no_other_call_claims_to_take_keys(migrated_app):
    taking = {
        rule.rule
        for rule in migrated_app.url_map.iter_rules()
        if getattr(migrated_app.view_functions[rule.endpoint], "operation", None)
        and migrated_app.view_functions[rule.endpoint].operation.creates
    }

    words = {":team": "<team_id>", ":site": "<website_id>", ":outsider": "<user_id>"}
    assert taking == {"/".join(words.get(part, part) for part in path.split("/")) for path in CREATING}
