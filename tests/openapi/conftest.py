"""The document as a client gets it."""

import pytest


@pytest.fixture
def document(anonymous):
    return anonymous.get("/api/openapi.json").json


@pytest.fixture
def operations(document):
    """All operations as ``(path, method, operation)``."""
    return [(path, method, found) for path, item in document["paths"].items() for method, found in item.items()]
