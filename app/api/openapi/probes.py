"""The probes and the metrics in the document; they belong to no API, so they are described by hand."""

from typing import Any

from apispec import APISpec

from app.api.openapi import answers

TAG = {"name": "probes", "description": "For whatever supervises the process."}
METRICS_TOKEN = {"type": "http", "scheme": "bearer", "description": "`FRONTDESK_METRICS_TOKEN`, where it is set."}
OK = {"type": "string", "const": "ok"}
REVISION = {"type": "string", "description": "The newest migration that was made."}

FAULT = answers.problem(500, answers.STATUSES[500][1])
UNAVAILABLE = answers.problem(503, "No; `detail` says why.", {"Retry-After": "RetryAfter"})


def describe(spec: APISpec) -> None:
    """Add ``/healthz``, ``/readyz`` and ``/metrics``."""
    spec.tag(TAG)
    spec.components.security_scheme("metricsToken", METRICS_TOKEN)
    _add(
        spec,
        "healthz",
        "The process answers",
        {"200": _json({"status": OK}), "500": FAULT},
    )
    _add(
        spec,
        "readyz",
        "The database can be reached and has every migration",
        {
            "200": _json({"status": OK, "revision": REVISION}),
            "500": FAULT,
            "503": UNAVAILABLE,
        },
    )
    _add(
        spec,
        "metrics",
        "All counters, for Prometheus; without a token for this machine alone",
        {
            "200": _text("The counters."),
            "401": answers.problem(401, "The token is missing or wrong."),
            "404": answers.problem(404, "Without a token, the counters are for this machine alone."),
            "500": FAULT,
            "503": UNAVAILABLE,
        },
        security=[{"metricsToken": []}, {}],
    )


def _add(spec: APISpec, name: str, summary: str, responses: dict[str, Any], **others: Any) -> None:
    made = {"operationId": name, "tags": [TAG["name"]], "summary": summary, "security": [], **others}
    spec.path(path=f"/{name}", operations={"get": {**made, "responses": responses}})


def _json(properties: dict[str, Any]) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": sorted(properties)}
    return answers.answered("Yes.", schema)


def _text(text: str) -> dict[str, Any]:
    return answers.answered(text, {"type": "string"}, kind="text/plain")
