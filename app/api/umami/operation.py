"""What makes a function an endpoint: who may call, what it takes and gives, in one decorator."""

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
"""None: the JSON value null."""


PROTOCOL = "umami"
NOTHING = Deletion()
CONTRADICTION = "Given twice, with different values"


class Access(StrEnum):
    """Who may call an endpoint at all; what they may do there is the services' to say."""

    PUBLIC = "public"
    VIEWER = "viewer"
    """A user, or the bearer of a share."""
    LEAVING = "leaving"
    """The same, or the bearer of a token that is no longer good: to log out once more does no harm."""
    PARTIAL = "partial"
    """A user who has shown the password, and must show the second factor."""
    USER = "user"


@dataclass(frozen=True)
class Operation:
    """What there is to know of an endpoint; the OpenAPI document is made from these."""

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
    Make an endpoint of a function: authentication, then validation, then the function.

    It is called with ids of the path as UUIDs, then ``query`` and ``data``, both loaded, where declared.

    :param refuses: statuses it may answer besides those that follow from the rest
    :param needs_body: False where no body is as good as an empty object
    :param before_enrolling: open to users who must set up a second factor before anything else
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
    """Identify the caller. :raises Unauthenticated: there is no valid token, or not one of a user"""
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
    """Who asks; on public endpoints nothing is known but where the request comes from."""
    actor: Actor = g.actor
    return actor


def bearer_token() -> str | None:
    """The second word of the ``Authorization`` header, whatever the first one is."""
    words = request.headers.get("Authorization", "").split(" ")
    return words[1] if len(words) > 1 else None


def _parsed(name: str, text: str) -> UUID | str:
    """A part of the path. :raises NotFound: an id that is no UUID, or text that nothing can be called"""
    if not name.endswith("_id"):
        if unstorable(text):
            raise NotFound
        return text
    if not UUID_TEXT.fullmatch(text):
        raise NotFound
    return UUID(text)


def _last_of_each() -> Mapping[str, str]:
    """The query; of repeated keys the last counts."""
    return {name: values[-1] for name, values in request.args.lists()}


def _told(schema: Schema) -> dict[str, Any]:
    """
    What a call that destroys something was told, in the query or in the body.

    :raises ValidationError: something that is not known, or one thing twice and not the same
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
    The body as a JSON object, whatever its content type says; an empty one where none is needed and none came.

    :raises ValidationError: it is no object, with the validator's text for the whole
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
    """Serialize the result of a view as the JSON that the endpoint declares."""
    if isinstance(gives, PageOf):
        content: Any = gives.draw(result, query)
    elif gives is None:
        content = None
    elif isinstance(gives, tuple):
        content = [shape.draw(item) for shape, item in zip(gives, result, strict=True)]
    else:
        content = gives.draw(result)
    return Response(orjson.dumps(content), mimetype="application/json")
