"""The document: valid, complete, and the same every time."""

import re
from hashlib import sha256

import orjson
import pytest
import schemathesis
from flask import Flask
from jsonschema import Draft202012Validator
from jsonschema_rs import ValidationError

import app as package
from app import create_app
from app.domain.scopes import Scope
from tests.conftest import settings_for

OF_UMAMIS_CLIENT = {
    "login": "post /api/auth/login",
    "logout": "post /api/auth/logout",
    "verify": "post /api/auth/verify",
    "sso": "post /api/auth/sso",
    "getSubscription": "get /api/auth/subscription",
    "getMe": "get /api/me",
    "updateMyPassword": "post /api/me/password",
    "getMyTeams": "get /api/me/teams",
    "getMyWebsites": "get /api/me/websites",
    "createUser": "post /api/users",
    "getUser": "get /api/users/{userId}",
    "updateUser": "post /api/users/{userId}",
    "deleteUser": "delete /api/users/{userId}",
    "getUserTeams": "get /api/users/{userId}/teams",
    "getUserWebsites": "get /api/users/{userId}/websites",
    "getTeams": "get /api/teams",
    "createTeam": "post /api/teams",
    "joinTeam": "post /api/teams/join",
    "getTeam": "get /api/teams/{teamId}",
    "updateTeam": "post /api/teams/{teamId}",
    "deleteTeam": "delete /api/teams/{teamId}",
    "getTeamUsers": "get /api/teams/{teamId}/users",
    "createTeamUser": "post /api/teams/{teamId}/users",
    "getTeamUser": "get /api/teams/{teamId}/users/{userId}",
    "updateTeamUser": "post /api/teams/{teamId}/users/{userId}",
    "deleteTeamUser": "delete /api/teams/{teamId}/users/{userId}",
    "getTeamWebsites": "get /api/teams/{teamId}/websites",
    "getTeamLinks": "get /api/teams/{teamId}/links",
    "getTeamPixels": "get /api/teams/{teamId}/pixels",
    "getTeamBoards": "get /api/teams/{teamId}/boards",
    "listWebsites": "get /api/websites",
    "createWebsite": "post /api/websites",
    "getWebsite": "get /api/websites/{websiteId}",
    "updateWebsite": "post /api/websites/{websiteId}",
    "deleteWebsite": "delete /api/websites/{websiteId}",
    "resetWebsite": "post /api/websites/{websiteId}/reset",
    "transferWebsite": "post /api/websites/{websiteId}/transfer",
    "getWebsiteShares": "get /api/websites/{websiteId}/shares",
    "createWebsiteShare": "post /api/websites/{websiteId}/shares",
    "getShareBySlug": "get /api/share/{slug}",
    "createShare": "post /api/share",
    "getShare": "get /api/share/id/{shareId}",
    "updateShare": "post /api/share/id/{shareId}",
    "deleteShare": "delete /api/share/id/{shareId}",
}
"""Operations by their names in the npm package @umami/api-client 0.81.0."""
NOT_IN_IT = {"/api/openapi.json", "/docs", "/docs/<version>/<name>", "/", "/index.php"}
"""The document and its page, which are not part of the API, and Matomo's API, which has one path for all methods."""
PAGES = "pages."
"""Pages for users who were sent a link; they belong to no API."""


def references(part):
    """Yield every ``$ref`` in a part of the document."""
    if isinstance(part, dict):
        yield from ([part["$ref"]] if "$ref" in part else [])
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from references(inner)


def resolved(document, reference):
    for step in reference.removeprefix("#/").split("/"):
        document = document[step]
    return document


class TestForm:
    def test_it_is_valid_openapi_3_1(self, document):
        schema = schemathesis.openapi.from_dict(document)

        schema.validate()

        assert document["openapi"] == "3.1.0"

    def test_the_validator_would_notice(self, document):
        del document["info"]["title"]

        with pytest.raises(ValidationError):
            schemathesis.openapi.from_dict(document).validate()

    def test_every_schema_is_a_json_schema(self, document):
        for schema in document["components"]["schemas"].values():
            Draft202012Validator.check_schema(schema)

    def test_every_reference_leads_somewhere(self, document):
        found = set(references(document))

        assert len(found) > 50
        assert all(resolved(document, reference) for reference in found)

    def test_every_component_is_used(self, document):
        used = set(references(document))

        unused = [
            name
            for kind in ("schemas", "responses", "headers")
            for name in document["components"][kind]
            if f"#/components/{kind}/{name}" not in used
        ]

        assert unused == []

    def test_it_says_what_it_is(self, document):
        assert document["info"]["title"] == "Frontdesk API"
        assert document["info"]["version"] == package.__version__
        assert document["info"]["license"] == {"name": "MIT", "identifier": "MIT"}


class TestCompleteness:
    def test_every_rule_is_in_it_with_every_method(self, app: Flask, operations):
        rules = {
            (re.sub(r"<\w+>", "{}", rule.rule), method.lower())
            for rule in app.url_map.iter_rules()
            if rule.rule not in NOT_IN_IT and not rule.endpoint.startswith(PAGES)
            for method in rule.methods - {"HEAD", "OPTIONS"}
        }

        described = {(re.sub(r"\{\w+\}", "{}", path), method) for path, method, _ in operations}

        assert described == rules

    def test_operations_bear_the_names_of_umamis_client(self, operations):
        named = {found["operationId"]: f"{method} {path}" for path, method, found in operations}

        assert named == named | OF_UMAMIS_CLIENT

    def test_no_name_is_given_twice(self, operations):
        names = [found["operationId"] for _, _, found in operations]

        assert len(names) == len(set(names))

    def test_every_operation_has_a_summary_and_a_described_tag(self, document, operations):
        tags = {tag["name"] for tag in document["tags"] if tag["description"]}

        assert all(found["summary"] and set(found["tags"]) <= tags for _, _, found in operations)

    def test_every_part_of_a_path_is_a_parameter(self, operations):
        for path, _, found in operations:
            parts = {part["name"]: part for part in found.get("parameters", ()) if part["in"] == "path"}
            assert set(parts) == set(re.findall(r"\{(\w+)\}", path))
            assert all(part["required"] for part in parts.values())
            assert all(parts[name]["schema"] == {"type": "string", "format": "uuid"} for name in set(parts) - {"slug"})

    def test_who_may_call_is_said_of_each(self, operations):
        said = {found["operationId"]: found["security"] for _, _, found in operations}

        public = {name for name, security in said.items() if not security}

        assert public == {
            "login",
            "forgotPassword",
            "getShareBySlug",
            "heartbeat",
            "getConfig",
            "healthz",
            "readyz",
        }
        assert said["metrics"] == [{"metricsToken": []}, {}]
        assert said["verifyByGet"] == [{"bearer": []}]
        assert said["getUser"] == [{"bearer": []}, {"apiKey": []}]
        assert said["getWebsite"] == [{"bearer": []}, {"shareToken": [], "shareContext": []}, {"apiKey": []}]

    def test_the_scope_that_a_key_needs_is_said_of_each(self, document):
        said = {
            operation["operationId"]: operation.get("x-required-scope")
            for path in document["paths"].values()
            for operation in path.values()
        }

        assert (said["getUser"], said["getMe"], said["createMyApiKey"]) == ("users:read", "any", None)

    @pytest.mark.parametrize(
        ("name", "statuses"),
        [
            ("login", "200 400 401 413 429 500 503"),
            ("logout", "200 401 500 503"),
            ("sso", "200 400 401 403 500 503"),
            ("listUsers", "200 400 401 403 500 503"),
            ("getUser", "200 304 401 403 404 412 431 500 503"),
            ("updateUser", "200 400 401 403 404 412 413 429 431 500 503"),
            ("deleteUser", "200 400 401 403 404 412 413 431 500 503"),
            ("bulkOperations", "200 207 400 401 403 409 413 422 500 503"),
            ("joinTeam", "200 400 401 403 404 409 413 422 429 500 503"),
            ("deleteTeamUser", "200 400 401 403 404 413 500 503"),
            ("getShareBySlug", "200 404 429 500 503"),
            ("healthz", "200 500"),
            ("readyz", "200 500 503"),
        ],
    )
    def test_every_status_is_said(self, operations, name, statuses):
        responses = next(found["responses"] for _, _, found in operations if found["operationId"] == name)

        assert " ".join(responses) == statuses


class TestSchemas:
    def test_a_list_says_how_it_can_be_asked(self, document):
        parameters = document["paths"]["/api/admin/users"]["get"]["parameters"]

        whole = {"type": "integer", "minimum": 1, "maximum": 9007199254740991}
        assert {part["name"]: part["schema"] for part in parameters} == {
            "page": {**whole, "default": 1},
            "pageSize": {**whole, "default": 20},
            "maxResults": whole,
            "search": {"type": "string", "maxLength": 500},
            "orderBy": {"type": "string", "enum": ["username", "role", "createdAt", "lastSeenAt"]},
            "sortDescending": {"type": "boolean"},
            "role": {"type": "string", "enum": ["admin", "user", "view-only"], "examples": ["user"]},
            "state": {"type": "string", "enum": ["active", "pending", "disabled"], "examples": ["active"]},
            "username": {"type": "string", "maxLength": 255},
            "email": {"type": "string", "maxLength": 320},
            "externalId": {"type": "string", "maxLength": 255},
            "createdAfter": {"type": "string", "format": "date-time"},
            "cursor": {"type": "string", "maxLength": 4096},
        }

    def test_a_body_says_what_it_takes(self, document):
        schema = document["components"]["schemas"]["MemberUpdate"]

        roles = ["team-member", "team-view-only", "team-manager", "team-owner"]
        assert schema == {
            "description": "`POST /api/teams/:id/users/:userId`; `team-owner` makes the member an owner.",
            "type": "object",
            "properties": {"role": {"type": "string", "enum": roles}},
            "required": ["role"],
        }

    def test_every_list_in_a_body_says_how_long_it_may_be(self, document, operations):
        bodies = [found["requestBody"] for _, _, found in operations if "requestBody" in found]

        fields = {
            f"{reference.rpartition('/')[2]}.{key}": (field.get("minItems"), field.get("maxItems"))
            for reference in set(references(bodies))
            for key, field in resolved(document, reference)["properties"].items()
            if field.get("type") == "array"
        }

        assert fields == {
            "AccessPut.capabilities": (None, 100),
            "Bulk.operations": (None, 1000),
            "InvitationCreate.grants": (None, 100),
            "InvitationCreate.teams": (None, 100),
            "KeyCreate.scopes": (1, len(Scope)),
            "StateApply.secrets": (None, 10_000),
            "StatePlan.secrets": (None, 10_000),
            "WebhookCreate.events": (1, 50),
            "WebhookUpdate.events": (1, 50),
        }

    def test_what_may_be_null_and_what_never_changes(self, document):
        schemas = document["components"]["schemas"]

        found = schemas["TeamOut"]["properties"]["deletedAt"]
        assert found == {"type": ["string", "null"], "format": "date-time"}
        assert schemas["FactorStatusOut"]["properties"]["isConfigured"] == {"type": "boolean", "const": True}
        assert "isConfigured" in schemas["FactorStatusOut"]["required"]

    def test_every_example_of_a_refusal_is_one(self, document):
        error = Draft202012Validator({**document, "$ref": "#/components/schemas/Error"})

        answers = [answer["content"]["application/json"] for answer in document["components"]["responses"].values()]

        assert len(answers) == 12
        assert all(error.is_valid(answer["example"]) for answer in answers)
        assert not error.is_valid({"error": {"message": "Bad request", "code": "made-up", "status": 400}})


class TestAnswer:
    def test_it_is_the_same_from_every_app(self, app, anonymous, database_url, tmp_path):
        again = create_app(settings_for(database_url, tmp_path)).test_client().get("/api/openapi.json")

        assert again.data == anonymous.get("/api/openapi.json").data

    def test_it_is_sent_once_only(self, anonymous):
        first = anonymous.get("/api/openapi.json")

        second = anonymous.get("/api/openapi.json", headers={"If-None-Match": first.headers["ETag"]})

        assert first.status_code == 200
        assert first.content_type == "application/json"
        assert first.headers["Cache-Control"] == "no-cache"
        assert first.headers["ETag"] == f'"{sha256(first.data).hexdigest()[:32]}"'
        assert orjson.loads(first.data) == first.json
        assert (second.status_code, second.data) == (304, b"")
        assert second.headers["ETag"] == first.headers["ETag"]
