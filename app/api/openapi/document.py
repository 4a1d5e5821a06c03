"""The OpenAPI document, generated from the declarations of the routes."""

import inspect
import re
import sys
from collections.abc import Iterator
from functools import cached_property
from hashlib import sha256
from typing import Any

import orjson
from apispec import APISpec
from flask import Flask
from werkzeug.routing import Rule

from app.api.openapi import answers, probes
from app.api.openapi.schemas import Plugin
from app.api.umami.operation import Access, Operation, methods, operation_id
from app.api.umami.schemas.base import described
from app.api.umami.schemas.bulk import OPERATIONS
from app.api.umami.schemas.lists import ArrayOf, PageOf
from app.domain.text import camel_case

DESCRIPTION = """\
Users, teams, memberships, websites and public links for self-hosted web analytics, compatible with Umami's API.

Log in with `POST /api/auth/login` and send the token with every request as `Authorization: Bearer …`. Bodies are read
as JSON, whatever their content type. Unknown keys are ignored, except by DELETE, which returns 400 for them, as lists
do for unknown filters. Elsewhere, a `Warning` header names unknown query parameters. Errors have the form of `Error`,
or, with `Accept: application/problem+json`, that of `Problem` (RFC 9457): its `type` is the kind of error, such as
`urn:frontdesk:error:username-taken`, and its `values` are what the error is about.
"""
SECURITY: dict[Access, list[dict[str, list[str]]]] = {
    Access.PUBLIC: [],
    Access.PARTIAL: [{"bearer": []}],
    Access.USER: [{"bearer": []}],
    Access.VIEWER: [{"bearer": []}, {"shareToken": [], "shareContext": []}],
    Access.LEAVING: [{"bearer": []}, {"shareToken": [], "shareContext": []}],
}
SCHEMES = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "A token from `POST /api/auth/login`, or an access token from `frontdesk tokens create`.",
    },
    "apiKey": {
        "type": "apiKey",
        "in": "header",
        "name": "x-umami-api-key",
        "description": "An API key, which can also be sent as a bearer token. Operations that accept keys name "
        "the scope that they need in `x-required-scope`.",
    },
    "shareToken": {
        "type": "apiKey",
        "in": "header",
        "name": "x-umami-share-token",
        "description": "A token from `GET /api/share/{slug}`: anyone who has the link can view its website.",
    },
    "shareContext": {
        "type": "apiKey",
        "in": "header",
        "name": "x-umami-share-context",
        "description": "Any value, for example `1`. A share token without a user counts only with it.",
    },
}
ETAG = {"ETag": "ETag"}
ARGUMENT = re.compile(r"<(\w+)>")


class Document:
    """The document of an application, as it is served."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    @cached_property
    def content(self) -> bytes:
        return orjson.dumps(Writer(self._app).written())

    @cached_property
    def etag(self) -> str:
        return sha256(self.content).hexdigest()[:32]


class Writer:
    """Writes the document from the application's rules."""

    def __init__(self, app: Flask) -> None:
        from app import __version__  # here, because the package imports this module before it sets its version

        self._app, self._plugin = app, Plugin()
        self._spec = APISpec(
            title="Frontdesk API",
            version=__version__,
            openapi_version="3.1.0",
            plugins=[self._plugin],
            info={"description": DESCRIPTION, "license": {"name": "MIT", "identifier": "MIT"}},
        )

    def written(self) -> dict[str, Any]:
        """Return the whole document."""
        answers.describe(self._spec)
        for name, scheme in SCHEMES.items():
            self._spec.components.security_scheme(name, scheme)
        tagged: set[str] = set()
        for rule, view, operation in self._endpoints():
            tag = rule.endpoint.split(".")[-2]
            if tag not in tagged:
                tagged.add(tag)
                self._spec.tag({"name": tag, "description": _first_line(sys.modules[view.__module__].__doc__)})
            self._path(rule, {method: self._operation(rule, method, view, operation) for method in methods(rule)}, tag)
        self._describe_bulk()
        probes.describe(self._spec)
        return self._spec.to_dict()

    def _describe_bulk(self) -> None:
        """Say which ids and which body each operation of a bulk call has."""
        kinds = []
        for rule, _, operation in self._endpoints():
            for method in methods(rule):
                name = operation_id(rule, method)
                if name in OPERATIONS:
                    body = {"data": self._plugin.ref(operation.takes)} if operation.takes else {}
                    ids = [camel_case(part) for part in ARGUMENT.findall(rule.rule)]
                    named = {"operation": {"const": name}, **body}
                    kinds.append({"properties": named, "required": ["operation", *ids, *body]})
        self._spec.components.schemas["BulkOperation"]["oneOf"] = kinds

    def _endpoints(self) -> Iterator[tuple[Rule, Any, Operation]]:
        for rule in self._app.url_map.iter_rules():
            view = self._app.view_functions[rule.endpoint]
            operation = getattr(view, "operation", None)
            if operation is not None:
                yield rule, view, operation

    def _path(self, rule: Rule, operations: dict[str, Any], tag: str) -> None:
        for described_operation in operations.values():
            described_operation["tags"] = [tag]
        path = ARGUMENT.sub(lambda found: "{" + camel_case(found[1]) + "}", rule.rule)
        self._spec.path(path=path, operations=operations)

    def _operation(self, rule: Rule, method: str, view: Any, operation: Operation) -> dict[str, Any]:
        summary, _, rest = inspect.cleandoc(view.__doc__ or "").partition("\n")
        made: dict[str, Any] = {"operationId": operation_id(rule, method), "summary": summary.rstrip(".")}
        if rest.strip():
            made["description"] = rest.strip()
        made["security"] = SECURITY[operation.access]
        if operation.scope is not None:
            made["x-required-scope"] = str(operation.scope)
            made["security"] = [*made["security"], {"apiKey": []}]
        parameters: list[Any] = [_path_parameter(name) for name in ARGUMENT.findall(rule.rule)]
        if operation.query:
            parameters.append({"in": "query", "schema": operation.query})
        if operation.tagged:
            parameters += answers.PRECONDITIONS
        if operation.creates:
            parameters.append(answers.IDEMPOTENCY)
        if parameters:
            made["parameters"] = parameters
        if operation.takes:
            content = {"application/json": {"schema": self._plugin.ref(operation.takes)}}
            made["requestBody"] = {"required": operation.needs_body, "content": content}
        tagged, puts = (
            operation.tagged is not None and method == "get",
            operation.tagged is not None and method == "put",
        )
        given, headers = self._given(operation), ETAG if tagged or puts else answers.NO_HEADERS
        made["responses"] = {
            "200": answers.answered(*given, headers=headers),
            **(
                {"201": answers.answered("It did not exist, and has been created.", given[1], headers=headers)}
                if puts
                else {}
            ),
            **({"207": answers.answered("Some parts of it failed.", given[1])} if operation.in_parts else {}),
            **({"304": answers.unchanged()} if tagged else {}),
            **answers.refusals(answers.statuses(operation, path=bool(rule.arguments), deletes=method == "delete")),
        }
        return made

    def _given(self, operation: Operation) -> tuple[str, dict[str, Any]]:
        """Return description and schema of a successful response."""
        shape = operation.gives
        if shape is None:
            return "Always null.", {"type": "null"}
        if isinstance(shape, PageOf):
            name, schema = self._plugin.page(shape)
            if name not in self._spec.components.schemas:
                self._spec.components.schema(name, schema)
            return "A page of the list.", {"$ref": f"{answers.REFERENCE}{name}"}
        if isinstance(shape, ArrayOf):
            return "The whole list.", {"type": "array", "items": self._plugin.ref(shape.item)}
        if isinstance(shape, tuple):
            parts = [self._plugin.ref(part) for part in shape]
            return " ".join(described(part) for part in shape), {
                "type": "array",
                "items": {"anyOf": parts},
                "minItems": len(parts),
                "maxItems": len(parts),
            }
        return described(shape), self._plugin.ref(shape)


def _path_parameter(name: str) -> dict[str, Any]:
    schema = {"type": "string", "format": "uuid"} if name.endswith("_id") else {"type": "string", "minLength": 1}
    return {"in": "path", "name": camel_case(name), "required": True, "schema": schema}


def _first_line(text: str | None) -> str:
    return (text or "").strip().partition("\n")[0].replace("``", "`")
