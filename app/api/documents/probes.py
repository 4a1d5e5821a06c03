"""The probes in the document; they belong to no wire, so they are described by hand."""

from typing import Any

from apispec import APISpec

from app.api.documents import answers

OK = {"type": "string", "const": "ok"}
READY = "The database can be reached and has every migration"
TAG = {"name": "probes", "description": "For whatever supervises the process."}


def describe(spec: APISpec) -> None:
    """Add ``/healthz`` and ``/readyz``."""
    spec.tag(TAG)
    spec.path(path="/healthz", operations={"get": _probe("healthz", "The process answers", {"status": OK})})
    ready = {"status": OK, "revision": {"type": "string", "description": "The newest migration that was made."}}
    spec.path(
        path="/readyz",
        operations={
            "get": _probe("readyz", READY, ready, **{"503": answers.refused(503, "No; the message says why.")})
        },
    )


def _probe(name: str, summary: str, properties: dict[str, Any], **others: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": sorted(properties)}
    return {
        "operationId": name,
        "tags": [TAG["name"]],
        "summary": summary,
        "security": [],
        "responses": {"200": answers.answered("Yes.", schema), **answers.refusals({500}), **others},
    }
