"""Thousands of requests generated from the document: it must describe every response."""

import copy

import pytest

from tests.openapi import world
from tests.openapi.prober import probe

EXAMPLES = {"sqlite": 6, "postgresql": 2}
"""Random cases for each operation, in addition to about 2,800 cases for the edges of the schemas."""
THOUSANDS = 2500
REACHED = {"admin": 50, "user": 42}
"""How many operations must succeed at least once, so that not only errors are tested."""


@pytest.mark.slow
@pytest.mark.parametrize("caller", ["admin", "user"])
def test_no_answer_is_one_that_the_document_does_not_describe(app, database, document, caller, capsys):
    if caller == "user" and database != "sqlite":
        pytest.skip("what is not allowed does not depend on the database")
    outcome = probe(app, document, token=world.token(caller), examples=EXAMPLES[database])

    with capsys.disabled():
        print(f"\nschemathesis: {outcome.cases} cases as {caller} on {database}")
    assert not outcome.problems, "\n\n".join(outcome.problems)
    assert outcome.cases >= THOUSANDS
    assert len(outcome.reached) >= REACHED[caller]


def test_what_is_not_described_is_noticed(app, document):
    doctored = copy.deepcopy(document)
    doctored["paths"] = {"/api/users/{userId}": {"get": doctored["paths"]["/api/users/{userId}"]["get"]}}
    del doctored["paths"]["/api/users/{userId}"]["get"]["responses"]["404"]
    doctored["components"]["schemas"]["UserProfile"]["properties"]["username"] = {"type": "integer"}

    outcome = probe(app, doctored, token=world.token("admin"), examples=10)

    assert any("status_code_conformance" in problem for problem in outcome.problems)
    assert any("response_schema_conformance" in problem for problem in outcome.problems)
