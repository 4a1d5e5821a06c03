"""Health and metrics in the document. They belong to no API, so they are described by hand."""

from typing import Any

from apispec import APISpec

from app.api.openapi import answers

TAG = {"name": "probes", "description": "For process supervisors, load balancers and Prometheus."}
METRICS_TOKEN = {
    "type": "http",
    "scheme": "bearer",
    "description": "The value of `FRONTDESK_METRICS_TOKEN`, if it is set.",
}
OK = {"type": "string", "const": "ok"}
REVISION = {"type": "string", "description": "The latest migration of the database."}

FAULT = answers.problem(500, answers.STATUSES[500][1])
UNAVAILABLE = answers.problem(503, "The server is not ready; `detail` says why.", {"Retry-After": "RetryAfter"})


def describe(spec: APISpec) -> None:
    """Add ``/healthz``, ``/readyz`` and ``/metrics``."""
    spec.tag(TAG)
    spec.components.security_scheme("metricsToken", METRICS_TOKEN)
    _add(
        spec,
        "healthz",
        "Check that the process responds",
        {"200": _json({"status": OK}), "500": FAULT},
    )
    _add(
        spec,
        "readyz",
        "Check that the database can be reached and has every migration",
        {
            "200": _json({"status": OK, "revision": REVISION}),
            "500": FAULT,
            "503": UNAVAILABLE,
        },
    )
    _add(
        spec,
        "metrics",
        "Return all metrics for Prometheus",
        {
            "200": _text("The metrics."),
            "401": answers.problem(401, "The token is missing or wrong."),
            "404": answers.problem(404, "No token is configured, so only loopback clients can read the metrics."),
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
    return answers.answered("The check succeeded.", schema)


def _text(text: str) -> dict[str, Any]:
    return answers.answered(text, {"type": "string"}, kind="text/plain")
