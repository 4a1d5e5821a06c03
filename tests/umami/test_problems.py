"""Errors as problem details, for clients that accept them (RFC 9457)."""

from uuid import uuid4

import pytest
from sqlalchemy.exc import OperationalError

from app.domain.errors import DatabaseUnavailable
from app.services.users import accounts
from tests.umami.test_matrix import BODIES, ROWS

ROLES = 'Invalid option: expected one of "admin"|"user"|"view-only"'
WANTED = {"Accept": "application/json, application/problem+json"}
ADA = {"username": "ada", "password": "correct horse", "role": "user"}


@pytest.fixture
def problem(client_of, admin):
    """``problem("post", path, json=…)``: the details, without what differs from call to call."""
    client = client_of(admin)

    def ask(method, path, **options):
        response = getattr(client, method)(path, headers=WANTED, **options)
        assert response.content_type == "application/problem+json"
        found = response.json
        assert found.pop("requestId") == response.headers["X-Request-Id"]
        assert found["status"] == response.status_code
        return found

    return ask


def expected(status, title, kind, detail, reason=None, **values):
    found = {
        "type": f"urn:frontdesk:error:{kind}",
        "title": title,
        "status": status,
        "detail": detail,
        "values": values,
    }
    return found | ({"reason": reason} if reason else {})


class TestErrors:
    def test_have_their_kind_our_text_and_the_values(self, problem, make_user):
        make_user("ada")

        found = problem("post", "/api/users", json=ADA)

        assert found == expected(
            400, "Bad Request", "username-taken", "User already exists", "name-taken", username="ada"
        )

    def test_name_the_field_as_the_api_does(self, problem, admin):
        found = problem("post", f"/api/users/{admin.id}", json={"displayName": "a\nb"})

        assert found == expected(
            400,
            "Bad Request",
            "control-characters",
            "The display name must not contain control characters.",
            field="displayName",
        )

    @pytest.mark.parametrize(
        ("changes", "kind", "detail", "values"),
        [
            (
                {"password": "short"},
                "too-short",
                "The password must have at least 8 characters.",
                {"field": "password", "minimum": 8, "unit": "characters"},
            ),
            (
                {"displayName": "x" * 256},
                "too-long",
                "The display name must have at most 255 characters.",
                {"field": "displayName", "maximum": 255, "unit": "characters", "length": None},
            ),
            (
                {"username": 7},
                "invalid",
                "username: Invalid input: expected string, received number",
                {"field": "username"},
            ),
        ],
    )
    def test_of_schemas_are_those_of_services_if_the_rule_is_the_same(self, problem, changes, kind, detail, values):
        assert problem("post", "/api/users", json=ADA | changes) == expected(400, "Bad Request", kind, detail, **values)

    def test_have_lists(self, problem, make_team, admin):
        ids = sorted(str(make_team(admin, "Blue")) for _ in range(2))

        found = problem("get", "/api/admin/find/team?name=Blue")

        assert (found["type"], found["values"]) == ("urn:frontdesk:error:ambiguous-name", {"thing": "team", "ids": ids})

    def test_of_the_database_do_not_have_its_words(self, problem, monkeypatch):
        def fail(*_args, **_kwargs):
            raise DatabaseUnavailable("password=secret") from OperationalError("", {}, Exception())

        monkeypatch.setattr(accounts, "list_users", fail)

        found = problem("get", "/api/users")

        assert found == expected(503, "Service Unavailable", "database-unavailable", "The database is not available.")

    def test_of_unknown_paths_have_no_kind(self, problem):
        found = problem("get", "/api/nonsense")

        assert (found["type"], found["title"], found["status"]) == ("about:blank", "Not Found", 404)

    def test_have_the_headers_of_other_errors(self, client_of, admin):
        response = client_of(admin).patch("/api/users", headers=WANTED)

        assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD, OPTIONS, POST")


def test_others_get_the_envelope(client_of, admin):
    response = client_of(admin).get(f"/api/users/{uuid4()}", headers={"Accept": "*/*"})

    assert response.json == {"error": {"message": "Not found", "code": "not-found", "status": 404}}


@pytest.mark.parametrize(("call", "outcomes"), ROWS, ids=[call for call, _ in ROWS])
def test_the_status_is_the_same(world, call, outcomes):
    method, path, *_ = call.split()
    wanted = int(outcomes.split()[-1])
    if wanted < 400:
        pytest.skip("succeeds")

    response = world.send(
        method, path, json=world.filled(BODIES.get(call, {})), headers={**world.headers("admin"), **WANTED}
    )

    assert (response.status_code, response.json["status"]) == (wanted, wanted)
    assert response.json["type"].startswith("urn:frontdesk:error:")
