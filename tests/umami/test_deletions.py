"""Options of DELETE requests: if one is not understood, nothing is deleted."""

import pytest

from tests.umami.test_events import SUCCEEDING, send

DELETIONS = [call for call in SUCCEEDING if call.startswith("DELETE")]


def wrong(name, text):
    return {
        "error": {
            "message": "Bad request",
            "code": "bad-request",
            "status": 400,
            "errors": [],
            "properties": {name: {"errors": [text]}},
        }
    }


class TestEveryDeletion:
    @pytest.mark.parametrize("call", DELETIONS)
    @pytest.mark.parametrize("where", ["query", "body", "both"])
    def test_what_it_does_not_know_is_refused_by_name(self, world, pristine, call, where):
        method, path, *_ = call.split()
        query = {"transferto": "anything"} if where != "body" else {}
        body = {"transferto": "anything"} if where != "query" else None

        response = world.send(method, path, SUCCEEDING[call], query_string=query, json=body)

        assert (response.status_code, response.json) == (400, wrong("transferto", "Unrecognized key"))
        assert world.state == pristine

    @pytest.mark.parametrize("call", DELETIONS)
    def test_it_needs_neither_query_nor_body(self, world, call):
        method, path, *_ = call.split()

        assert world.send(method, path, SUCCEEDING[call]).status_code == 200

    @pytest.mark.parametrize("body", ["[]", "null", "1", "{", '{"a": 1}x'])
    def test_a_body_that_is_no_object_is_refused(self, world, pristine, body):
        response = world.send("DELETE", "/api/users/:outsider", data=body)

        assert response.status_code == 400
        assert world.state == pristine

    def test_other_calls_ignore_what_they_do_not_know(self, world):
        assert send(world, "POST /api/websites/:site/reset").status_code == 200
        assert (
            world.send("POST", "/api/websites/:site", query_string="transferto=1", json={"unknown": 1}).status_code
            == 200
        )
