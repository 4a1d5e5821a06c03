"""``POST /api/bulk`` in the OpenAPI document: its operations are those of the endpoints that it names."""

from app.api.umami.schemas.bulk import OPERATIONS


def test_every_operation_is_an_endpoint_of_the_document(document):
    endpoints = {
        found["operationId"]: [part["name"] for part in found.get("parameters", ()) if part["in"] == "path"]
        for methods in document["paths"].values()
        for found in methods.values()
    }
    described = document["components"]["schemas"]["BulkOperation"]["properties"]

    assert described["operation"]["enum"] == list(OPERATIONS)
    assert set(OPERATIONS) <= set(endpoints)
    assert {one for name in OPERATIONS for one in endpoints[name]} <= set(described)


def test_the_body_of_an_operation_is_that_of_its_endpoint(document):
    bodies = {
        found["operationId"]: found["requestBody"]["content"]["application/json"]["schema"]
        for methods in document["paths"].values()
        for found in methods.values()
        if "requestBody" in found
    }
    kinds = document["components"]["schemas"]["BulkOperation"]["oneOf"]
    described = {kind["properties"]["operation"]["const"]: kind for kind in kinds}

    assert set(described) == set(OPERATIONS)
    assert {name: kind["properties"].get("data") for name, kind in described.items()} == {
        name: bodies.get(name) for name in OPERATIONS
    }
    assert sorted(described["putTeamUser"]["required"]) == ["data", "operation", "teamId", "userId"]


def test_its_limits_are_said(document):
    schema = document["components"]["schemas"]["Bulk"]

    assert schema["properties"]["operations"]["maxItems"] == 1000
    assert schema["required"] == ["operations"]
    assert schema["properties"]["atomic"]["default"] is False
