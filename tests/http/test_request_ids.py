"""The id of a request, in its response and in its log lines."""

import re

import pytest

from tests.http.apps import ANSWERS
from tests.http.logbook import logging_of

OURS = re.compile(r"[0-9a-f]{32}")


@pytest.mark.parametrize("status", ANSWERS)
def test_a_decent_one_is_kept_on_every_kind_of_answer(failing_app, status):
    method, path, body = ANSWERS[status]

    with logging_of(failing_app) as book:
        response = failing_app.test_client().open(
            path, method=method, data=body, headers={"X-Request-Id": "Trace-1.a_b"}
        )

    assert response.headers.getlist("X-Request-Id") == ["Trace-1.a_b"]
    assert {line["request_id"] for line in book.lines} == {"Trace-1.a_b"}


@pytest.mark.parametrize(
    "given",
    [
        "",
        " ",
        "two words",
        "x" * 65,
        "é",
        "\xff\xfe",
        "a;b",
        "a,b",
        '"quoted"',
        "a/b",
        "<script>",
        "${jndi}",
        "a\tb",
        "%0d%0a",
    ],
)
@pytest.mark.parametrize("path", ["/api/heartbeat", "/api/me", "/api/nothing"])
def test_any_other_is_replaced(app, anonymous, given, path):
    with logging_of(app) as book:
        response = anonymous.get(path, headers={"X-Request-Id": given})

    made = response.headers["X-Request-Id"]
    assert OURS.fullmatch(made)
    assert [line["request_id"] for line in book.lines] == [made]


def test_without_one_each_request_gets_its_own(anonymous):
    made = {anonymous.get("/api/heartbeat").headers["X-Request-Id"] for _ in range(5)}

    assert len(made) == 5


def test_a_fault_tells_it_in_the_body(failing_app):
    response = failing_app.test_client().post("/api/boom", headers={"X-Request-Id": "mine"})

    assert response.json == {
        "error": {"message": "Server error", "code": "server-error", "status": 500, "requestId": "mine"}
    }
