"""The decorator for endpoints, which declares who may call them, what they take and what they return."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any
from uuid import UUID

import orjson
from flask import Response, g, request
from marshmallow import Schema, ValidationError

from app.api.umami import texts
from app.api.umami.fields import UUID_TEXT, unstorable
from app.api.umami.schemas.base import OutSchema
from app.api.umami.schemas.deletions import Deletion
from app.api.umami.schemas.lists import PageOf
from app.domain.actor import Actor
from app.domain.errors import MissingPartialToken, NotFound, Unauthenticated
from app.http.request import body, visitor
from app.services.authentication.bearer import identify, identify_leaving
from app.services.authentication.partial_logins import identify_partial

Shape = type[OutSchema] | PageOf | tuple[type[OutSchema], ...] | None
"""What an endpoint returns: an object, a page of a list, an array of several objects or, for None, null."""


PROTOCOL = "umami"
NOTHING = Deletion()
CONTRADICTION = "Given twice, with different values"


class Access(StrEnum):
    """Who may call an endpoint at all; services check what they are allowed to do there."""

    PUBLIC = "public"
    """Anyone."""
    VIEWER = "viewer"
    """A user, or a client with a share token."""
    LEAVING = "leaving"
    """As VIEWER, or a client with a token that is no longer valid: logging out twice does no harm."""
    PARTIAL = "partial"
    """A user who has given the password, and still has to give the second factor."""
    USER = "user"
    """A user."""


@dataclass(frozen=True)
class Operation:
    """What an endpoint declares; the OpenAPI document is generated from this."""

    id: str
    access: Access
    gives: Shape
    takes: type[Schema] | None
    query: type[Schema] | None
    refuses: tuple[int, ...]
    needs_body: bool = True
    before_enrolling: bool = False


def operation(
    gives: Shape,
    *,
    takes: type[Schema] | None = None,
    query: type[Schema] | None = None,
    access: Access = Access.USER,
    refuses: tuple[int, ...] = (),
    needs_body: bool = True,
    before_enrolling: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Response]]:
    """
    Make an endpoint of a function: it authenticates the caller, then validates the request, then calls the function.

    In this order, callers who are not authenticated do not learn the schema from validation errors. The function gets
    the ids in the path as UUIDs and, if declared, ``query`` and ``data`` as loaded by their schemas.

    :param gives: the schema of the response
    :param takes: the schema of the JSON body
    :param query: the schema of the query
    :param refuses: error statuses in addition to those that follow from the other arguments; for documentation only
    :param needs_body: False to accept a missing body as an empty object
    :param before_enrolling: also for users who have to set up a required second factor first
    """

    def decorate(view: Callable[..., Any]) -> Callable[..., Response]:
        query_schema, body_schema = (query() if query else None), (takes() if takes else None)

        @wraps(view)
        def endpoint(**path: str) -> Response:
            g.actor = visitor(PROTOCOL)
            if access is not Access.PUBLIC:
                authenticate(access, before_enrolling=before_enrolling)
            given: dict[str, Any] = {name: _parsed(name, text) for name, text in path.items()}
            if request.method == "DELETE":
                told = _told(query_schema or NOTHING)
                if query_schema is not None:
                    given["query"] = told
            elif query_schema is not None:
                given["query"] = query_schema.load(_last_of_each())
            if body_schema is not None:
                given["data"] = body_schema.load(json_body(needed=needs_body))
            return answer(gives, view(**given), given.get("query"))

        found = Operation(view.__name__, access, gives, takes, query, refuses, needs_body, before_enrolling)
        endpoint.operation = found  # type: ignore[attr-defined]
        return endpoint

    return decorate


def authenticate(access: Access, *, before_enrolling: bool) -> None:
    """
    Authenticate the caller, for ``current_actor``.

    :raises Unauthenticated: there is no valid token, or only a share token where a user is required
    """
    if access is Access.PARTIAL:
        token = bearer_token()
        if token is None:
            raise MissingPartialToken
        g.actor = identify_partial(g.actor, token)
        return
    find = identify_leaving if access is Access.LEAVING else identify
    g.actor = find(
        g.actor,
        bearer_token(),
        share_token=request.headers.get("x-umami-share-token"),
        share_context=bool(request.headers.get("x-umami-share-context")),
        before_enrolling=before_enrolling,
    )
    if access is Access.USER and g.actor.id is None:
        raise Unauthenticated


def current_actor() -> Actor:
    """Return the caller; on public endpoints this is a visitor, and only the origin of the request is known."""
    actor: Actor = g.actor
    return actor


def bearer_token() -> str | None:
    """Return the second word of the ``Authorization`` header, whatever the first one is: Umami does not check it."""
    words = request.headers.get("Authorization", "").split(" ")
    return words[1] if len(words) > 1 else None


def _parsed(name: str, text: str) -> UUID | str:
    """Return a parameter of the path. :raises NotFound: it is no UUID where it must be one, or cannot be stored"""
    if not name.endswith("_id"):
        if unstorable(text):
            raise NotFound
        return text
    if not UUID_TEXT.fullmatch(text):
        raise NotFound
    return UUID(text)


def _last_of_each() -> Mapping[str, str]:
    """Return the query; if a key is repeated, its last value."""
    return {name: values[-1] for name, values in request.args.lists()}


def _told(schema: Schema) -> dict[str, Any]:
    """
    Return the options of a DELETE request, from the query or the body.

    :raises ValidationError: an option is unknown, or given more than once with different values
    """
    contradicting = {name: [CONTRADICTION] for name, values in request.args.lists() if len(set(values)) > 1}
    if contradicting:
        raise ValidationError(contradicting)
    by_query, by_body = schema.load(_last_of_each()), schema.load(json_body(needed=False))
    for name, value in by_body.items():
        if by_query.get(name, value) != value:
            raise ValidationError({schema.fields[name].data_key or name: [CONTRADICTION]})
    return {**by_body, **by_query}


def json_body(*, needed: bool = True) -> dict[str, Any]:
    """
    Return the body as a JSON object, regardless of its content type; ``{}`` for a missing body that is not needed.

    :raises ValidationError: the body is not a JSON object
    """
    sent = body()
    if not sent and not needed:
        return {}
    try:
        found = orjson.loads(sent)
    except orjson.JSONDecodeError:
        raise ValidationError(texts.wrong_type("object", "undefined")) from None
    if not isinstance(found, dict):
        raise ValidationError(texts.wrong_type("object", texts.kind(found)))
    return found


def answer(gives: Shape, result: Any, query: Any) -> Response:
    """Return the response for the result of an endpoint's function, serialized as declared."""
    if isinstance(gives, PageOf):
        drawn: Any = gives.draw(result, query)
    elif gives is None:
        drawn = None
    elif isinstance(gives, tuple):
        drawn = [shape.draw(item) for shape, item in zip(gives, result, strict=True)]
    else:
        drawn = gives.draw(result)
    return Response(orjson.dumps(drawn), mimetype="application/json")
