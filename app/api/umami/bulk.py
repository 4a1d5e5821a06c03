"""Operations of a bulk call: each is checked and presented as by its own endpoint."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Any

import orjson
from flask import Flask, current_app
from marshmallow import Schema, ValidationError

from app.api.umami import errors, texts
from app.api.umami.conditions import HEADER_MAX_LENGTH, Tags, expecting, tag_of
from app.api.umami.operation import (
    NOTHING,
    Operation,
    current_actor,
    methods,
    operation_id,
    parsed,
    serialized,
)
from app.api.umami.schemas.bulk import MOST_NAMED, NOT_IN_BULK, OPERATIONS, UNRECOGNIZED
from app.domain import policy
from app.domain.errors import MOST_SHOWN_OF_NAME, DomainError
from app.domain.text import camel_case
from app.services.bulk import Change
from app.services.preconditions import Expected
from app.services.putting import Put
from app.services.users.many import Wanted

SINGLES = "frontdesk_bulk_operations"
CLAIMING = frozenset({"createUser", "putUser", "updateUser", "restoreUser"})
ELSEWHERE = "Not in bulk: call the endpoint itself"
CONDITIONS = ("ifMatch", "ifNoneMatch")


@dataclass(frozen=True)
class Single:
    """An endpoint that can be called in bulk."""

    name: str
    call: str
    """Its method and route."""
    view: Callable[..., Any]
    operation: Operation
    method: str

    @cached_property
    def ids(self) -> dict[str, str]:
        """The names of the ids in its path: ours by those of the API."""
        return {camel_case(name): name for name in inspect.signature(self.view).parameters if name.endswith("_id")}

    @cached_property
    def body(self) -> Schema | None:
        """The schema of its body, or of its parameters if it deletes something."""
        if self.method == "DELETE":
            return self.operation.query() if self.operation.query else NOTHING
        return self.operation.takes() if self.operation.takes else None

    @cached_property
    def keys(self) -> frozenset[str]:
        """The keys that an operation can have."""
        return frozenset({"operation", "data", *self.ids, *(CONDITIONS if self.operation.tagged else ())})


def change(index: int, item: Any) -> Change:
    """Return an operation as a change; one that is not valid fails when it is made."""
    call = ""

    def refuse(error: Exception) -> bytes:
        return errors.refused_operation(index, error, call=call)

    try:
        single = _named(item)
        call = single.call
        given = _given(single, item)
    except (ValidationError, DomainError) as error:
        return Change(_raising(error), _unused, refuse, call)
    operation = single.operation

    def present(result: Any) -> bytes:
        value, created, put = (
            (result.value, result.created, True) if isinstance(result, Put) else (result, False, False)
        )
        data = orjson.dumps(serialized(operation.gives, value))
        more = {"etag": f'"{tag_of(data)}"'} if put else {}
        return orjson.dumps({"index": index, "status": 201 if created else 200, "data": orjson.Fragment(data), **more})

    return Change(
        lambda: single.view(**given),
        present,
        refuse,
        call,
        repeatable=single.method == "PUT" and operation.tagged is not None,
        claims_names=single.name in CLAIMING,
        user=_wanted_user(single.name, given),
    )


def _named(item: Any) -> Single:
    """Return the endpoint that an operation names. :raises ValidationError: there is none"""
    if not isinstance(item, dict):
        raise ValidationError(texts.wrong_type("object", texts.kind(item)))
    name = item.get("operation")
    if not isinstance(name, str):
        raise ValidationError({"operation": [texts.wrong_type("string", _kind(item, "operation"))]})
    found = _singles().get(name)
    if found is None:
        raise ValidationError({"operation": [f"Unknown operation{_nearest(name, OPERATIONS)}"]})
    return found


def _given(single: Single, item: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return the arguments for the endpoint's function, checked in the order in which the endpoint checks them.

    :raises ValidationError, DomainError: the operation is not valid
    """
    policy.require_scope(current_actor(), single.operation.scope)
    unknown = [key for key in item if key not in single.keys]
    if unknown:
        raise ValidationError(
            {key[:MOST_SHOWN_OF_NAME]: [f"{UNRECOGNIZED}{_nearest(key, single.keys)}"] for key in unknown[:MOST_NAMED]}
        )
    wrong = {
        name: [texts.wrong_type("string", _kind(item, name))]
        for name in (*single.ids, *(name for name in CONDITIONS if name in item))
        if not isinstance(item.get(name), str)
    }
    if wrong:
        raise ValidationError(wrong)
    given: dict[str, Any] = {ours: parsed(ours, item[name]) for name, ours in single.ids.items()}
    if single.body is not None:
        given |= _body(single, single.body, item)
    if single.operation.tagged is not None:
        given["expected"] = _expected(single.operation, item)
    return given


def _body(single: Single, schema: Schema, item: Mapping[str, Any]) -> dict[str, Any]:
    deletes = single.method == "DELETE"
    data = item.get("data", {} if deletes else None)
    if not isinstance(data, dict):
        raise ValidationError(texts.wrong_type("object", _kind(item, "data")))
    elsewhere = NOT_IN_BULK.get(single.name)
    if elsewhere in data:
        raise ValidationError({elsewhere: [ELSEWHERE]})
    loaded = schema.load(data)
    if not deletes:
        return {"data": loaded}
    return {"query": loaded} if single.operation.query else {}


def _expected(operation: Operation, item: Mapping[str, Any]) -> Expected | None:
    given = {name: item[name] for name in CONDITIONS if name in item}
    too_long = [name for name, text in given.items() if len(text) > HEADER_MAX_LENGTH]
    if too_long:
        raise ValidationError({name: [texts.too_long(HEADER_MAX_LENGTH)] for name in too_long})
    wanted, unwanted = (Tags.parsed(given[name]) if name in given else None for name in CONDITIONS)
    if operation.tagged is None or not given:
        return None
    return expecting(operation.tagged, wanted, unwanted)


def _wanted_user(name: str, given: Mapping[str, Any]) -> Wanted | None:
    """Return the call as one that can be made together with others, if it is about a user and sends no password."""
    if name not in ("createUser", "putUser") or given["data"].get("password") is not None:
        return None
    if name == "createUser":
        return Wanted(given["data"])
    values = {**given["data"], "id": given["user_id"]}
    return Wanted(values, put=True, expected=given["expected"])


def _raising(error: Exception) -> Callable[[], Any]:
    def fail() -> Any:
        raise error

    return fail


def _unused(_result: Any) -> bytes:
    raise AssertionError("an operation that is not valid has no result")


def _kind(item: Mapping[str, Any], key: str) -> str:
    return texts.kind(item[key]) if key in item else "undefined"


def _nearest(text: str, known: Iterable[str]) -> str:
    by_lower = {word.lower(): word for word in sorted(known)}
    close = get_close_matches(text[:MOST_SHOWN_OF_NAME].lower(), by_lower, n=1, cutoff=0.5)
    return f': did you mean "{by_lower[close[0]]}"?' if close else ""


def _singles() -> dict[str, Single]:
    found: dict[str, Single] = current_app.extensions.setdefault(SINGLES, {})
    if not found:
        found |= _found(current_app)
    return found


def _found(app: Flask) -> dict[str, Single]:
    found = {}
    for rule in app.url_map.iter_rules():
        endpoint: Any = app.view_functions[rule.endpoint]
        if hasattr(endpoint, "operation"):
            for method in methods(rule):
                name, verb = operation_id(rule, method), method.upper()
                if name in OPERATIONS:
                    found[name] = Single(name, f"{verb} {rule.rule}", endpoint.__wrapped__, endpoint.operation, verb)
    return found
