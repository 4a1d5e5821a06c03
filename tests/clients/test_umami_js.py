"""The npm package ``@umami/api-client`` 0.81.0, unchanged, against the running server."""

import copy
import re
from pathlib import Path
from typing import Any

import pytest

from tests.clients import node
from tests.live import LiveServer

SERVED = re.compile(
    r"/api/(users|teams|me|auth|share|2fa)(/.*)?|/api/websites(/\{websiteId\}(/(shares|reset|transfer))?)?"
)
UNTYPED = {"getShareBySlug"}
"""Operations that the package types as any object."""

Answers = list[tuple[str, Any]]


@pytest.fixture(scope="module")
def talk(server: LiveServer) -> dict[str, Any]:
    node.install()
    return node.converse(server)


@pytest.fixture
def answers(talk: dict[str, Any]) -> Answers:
    return [(item["operation"], item["answer"]) for item in talk["answers"]]


@pytest.fixture(scope="module")
def typed(talk) -> list[str]:
    """The operations whose responses have a type in the package."""
    return sorted({item["operation"] for item in talk["answers"]} - UNTYPED)


@pytest.fixture(scope="module")
def found(talk, typed, tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """What the check reports for wrong responses, all of them checked in one run of the compiler."""
    right = copy.deepcopy({item["operation"]: item["answer"] for item in talk["answers"]})
    del right["getWebsite"]["domain"]
    right["getTeamUsers"]["data"][0]["user"]["username"] = 7
    wrong = [(operation, right[operation]) for operation in ("getWebsite", "getTeamUsers")]
    return node.complaints([*wrong, *[(operation, 42) for operation in typed]], tmp_path_factory.mktemp("wrong"))


def refusal(status: int, code: str, message: str, method: str = "GET") -> dict[str, Any]:
    """An ``UmamiApiError`` as its class presents it."""
    return {
        "status": status,
        "code": code,
        "message": message,
        "method": method,
        "isUnauthorized": status == 401,
        "isNotFound": status == 404,
        "isServerError": False,
    }


class TestOperations:
    def test_every_operation_for_users_teams_me_auth_websites_and_shares_is_called(self, talk, answers):
        served = {name for name, operation in talk["operations"].items() if SERVED.fullmatch(operation["path"])}

        assert {operation for operation, _ in answers} == served

    def test_the_answers_fit_the_types_of_the_package(self, answers, tmp_path: Path):
        assert node.complaints(answers, tmp_path) == []

    def test_what_was_sent_comes_back(self, answers):
        last = dict(answers)

        assert last["getUser"] | {"id": "", "createdAt": "", "lastSeenAt": ""} == {
            "lastSeenAt": "",
            "id": "",
            "username": "Ada",
            "role": "user",
            "createdAt": "",
            "twoFactorRequired": False,
        }
        assert [row["name"] for row in last["listWebsites"]["data"]] == ["New name"]
        assert (last["getShare"]["slug"], last["getShare"]["parameters"]) == ("better-slug", {"overview": True})
        assert last["getTeamLinks"] == {"data": [], "count": 0, "page": 1, "pageSize": 20}


class TestTheCheckItself:
    """The check of types reports responses that are wrong."""

    def test_a_missing_key_is_reported(self, found):
        operation, text = found[0]

        assert operation == "getWebsite"
        assert "Property 'domain' is missing" in text

    def test_a_wrong_type_deep_inside_is_reported(self, found):
        operation, text = found[1]

        assert operation == "getTeamUsers"
        assert "not assignable to type 'string'" in text

    def test_no_operation_with_a_type_accepts_a_number(self, found, typed):
        assert [operation for operation, _ in found[2:]] == typed


class TestErrors:
    """The package's error class parses our errors."""

    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("wrong password", refusal(401, "incorrect-username-password", "Unauthorized", "POST")),
            ("no token", refusal(401, "unauthorized", "Unauthorized")),
            ("logged out", refusal(401, "unauthorized", "Unauthorized")),
            ("a key makes no keys", refusal(401, "unauthorized", "Unauthorized", "POST")),
            ("key gone", refusal(401, "unauthorized", "Unauthorized")),
            ("not allowed", refusal(401, "unauthorized", "Unauthorized")),
            ("not the own website", refusal(401, "unauthorized", "Unauthorized", "POST")),
            ("name taken", refusal(400, "bad-request", "User already exists", "POST")),
            ("password too short", refusal(400, "bad-request", "Bad request", "POST")),
            ("wrong current password", refusal(400, "bad-request", "Current password is incorrect", "POST")),
            ("no such team", refusal(404, "team-not-found", "Team not found.", "POST")),
            ("no such website", refusal(404, "not-found", "Not found")),
            ("share gone", refusal(404, "not-found", "Not found")),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_a_refusal_has_status_code_and_message(self, talk, name: str, expected: dict[str, Any]):
        assert talk["errors"][name] == expected
