"""The decorator that makes an endpoint of a function: access, parameters and result."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

import orjson
from flask import Response, g, request
from marshmallow import Schema, ValidationError
from werkzeug.routing import Rule

from app.api.umami import conditions, texts
from app.api.umami.fields import UUID_TEXT
from app.api.umami.schemas.base import OutSchema
from app.api.umami.schemas.deletions import Deletion
from app.api.umami.schemas.lists import ArrayOf, PageOf
from app.domain import policy
from app.domain.actor import Actor
from app.domain.errors import MOST_SHOWN_OF_NAME, MissingPartialToken, NotFound, Unauthenticated
from app.domain.scopes import KeyRule
from app.domain.text import camel_case, unstorable
from app.http.request import bearer_token, body, share_headers, visitor
from app.services.authentication.bearer import identify, identify_leaving
from app.services.authentication.partial_logins import identify_partial
from app.services.idempotency import answered_once
from app.services.putting import Put

Shape = type[OutSchema] | PageOf | ArrayOf | tuple[type[OutSchema], ...] | None
"""What an endpoint returns: an object, a page of a list, an array of one or of several kinds, or null."""


PROTOCOL = "umami"
READING = ("GET", "HEAD")
NOTHING = Deletion()
CONTRADICTION = "Given twice, with different values"
UNKNOWN_FILTER = "Unknown filter"
IDEMPOTENCY_KEY = "Idempotency-Key"
KEY_TEXT = re.compile(r"[\x21-\x7e]{1,255}")
BAD_KEY = "Invalid key: expected 1 to 255 visible ASCII characters"
TOO_DEEP = "Too big: expected at most 254 levels"
"""What orjson writes; it reads more."""
MOST_NAMED = 10
"""So many unknown parameters are named."""
UMAMI_PARAMETERS = frozenset(
    {
        "page",
        "pageSize",
        "search",
        "orderBy",
        "sortDescending",
        "maxResults",
        "includeTeams",
        "userId",
        "teamId",
    }
)
"""What Umami's clients send to any list. Lists that do not have one of these ignore it, as Umami does."""


class Access(StrEnum):
    """Who can call an endpoint; what they can do there is decided by the services."""

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
    """The declaration of an endpoint. The OpenAPI document is generated from these."""

    id: str
    access: Access
    gives: Shape
    takes: type[Schema] | None
    query: type[Schema] | None
    refuses: tuple[int, ...]
    needs_body: bool = True
    before_enrolling: bool = False
    before_new_password: bool = False
    tagged: type[OutSchema] | None = None
    scope: KeyRule = None
    creates: bool = False
    in_parts: bool = False


def operation(
    gives: Shape,
    *,
    takes: type[Schema] | None = None,
    query: type[Schema] | None = None,
    access: Access = Access.USER,
    refuses: tuple[int, ...] = (),
    needs_body: bool = True,
    before_enrolling: bool = False,
    before_new_password: bool = False,
    tagged: type[OutSchema] | None = None,
    scope: KeyRule = None,
    creates: bool = False,
    in_parts: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Response]]:
    """
    Make an endpoint of a function: authenticate, then validate, then call the function, so that strangers learn nothing
    about parameters.

    The function gets the ids of the path as UUIDs, and ``query`` and ``data`` as loaded by their schemas, if declared.

    :param refuses: possible statuses besides those that follow from the declaration
    :param needs_body: False if a missing body counts as an empty object
    :param before_enrolling: open to users who must set up a second factor before anything else
    :param before_new_password: open to users who must change the password before anything else
    :param scope: the scope that an API key needs; without one, the endpoint takes no keys
    :param creates: whether it creates something, so that ``Idempotency-Key`` keeps it from doing so twice
    :param in_parts: whether it can succeed in part; the result then has ``failed``, the number of parts that failed
    :param tagged: the schema with which GET returns the resource, if its entity tag counts. GET then returns the tag; a
        function that changes the resource gets ``expected``, the precondition to pass to its service. A function for
        PUT returns a ``Put``
    """

    def decorate(view: Callable[..., Any]) -> Callable[..., Response]:
        query_schema, body_schema = (query() if query else None), (takes() if takes else None)

        @wraps(view)
        def endpoint(**path: str) -> Response:
            g.actor = visitor(PROTOCOL)
            if access is not Access.PUBLIC:
                authenticate(access, before_enrolling=before_enrolling, before_new_password=before_new_password)
                policy.require_scope(g.actor, scope)
            given: dict[str, Any] = {name: parsed(name, text) for name, text in path.items()}
            if request.method == "DELETE":
                told = _told(query_schema or NOTHING)
                if query_schema is not None:
                    given["query"] = told
            else:
                if request.query_string:
                    g.ignored = _ignored(query_schema)
                if query_schema is not None:
                    given["query"] = query_schema.load(_last_of_each())
            if body_schema is not None:
                given["data"] = body_schema.load(json_body(needed=needs_body))
            response = respond(given)
            return _warned(response) if "ignored" in g else response

        def respond(given: dict[str, Any]) -> Response:
            def run() -> Response:
                result = view(**given)
                response = answer(gives, result, given.get("query"))
                if in_parts and result.failed:
                    response.status_code = HTTPStatus.MULTI_STATUS
                return response

            key = request.headers.get(IDEMPOTENCY_KEY) if creates else None
            if key is not None:
                return _once(key, run)
            if tagged is None:
                return run()
            if request.method in READING:
                return conditions.conditional(lambda: answer(gives, view(**given), None))
            result = view(**given, expected=conditions.expected(tagged))
            if isinstance(result, Put):
                return _put(gives, result)
            return answer(gives, result, None)

        found = Operation(
            view.__name__,
            access,
            gives,
            takes,
            query,
            refuses,
            needs_body,
            before_enrolling,
            before_new_password,
            tagged,
            scope,
            creates,
            in_parts,
        )
        endpoint.operation = found  # type: ignore[attr-defined]
        return endpoint

    return decorate


def _once(key: str, respond: Callable[[], Response]) -> Response:
    """
    Return the response to a request with an idempotency key.

    :raises ValidationError: the key is malformed, or the body is nested too deeply to be compared
    """
    if not KEY_TEXT.fullmatch(key):
        raise ValidationError({IDEMPOTENCY_KEY: [BAD_KEY]})

    def run() -> tuple[int, bytes]:
        response = respond()
        return response.status_code, response.get_data()

    try:
        body = orjson.dumps(g.get("sent"), option=orjson.OPT_SORT_KEYS)  # the order of its keys does not matter
    except orjson.JSONEncodeError:
        raise ValidationError(TOO_DEEP) from None
    asked = b"\n".join([request.method.encode(), request.path.encode(), request.query_string, body])
    given = answered_once(current_actor(), key, asked, run)
    response = Response(given.body, status=given.status, mimetype="application/json")
    if given.replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def _put(gives: Shape, result: Put[Any]) -> Response:
    response = conditions.tagged(answer(gives, result.value, None))
    if result.created:
        response.status_code = 201
        response.headers["Location"] = request.path
    return response


def authenticate(access: Access, *, before_enrolling: bool, before_new_password: bool) -> None:
    """Identify the caller. :raises Unauthenticated: no token is valid, or only a share's where a user is needed"""
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
        **share_headers(),
        before_enrolling=before_enrolling,
        before_new_password=before_new_password,
    )
    if access is Access.USER and g.actor.id is None:
        raise Unauthenticated


def current_actor() -> Actor:
    """Return the caller. On public endpoints only the origin of the request is known."""
    actor: Actor = g.actor
    return actor


def methods(rule: Rule) -> list[str]:
    """Return the methods of a rule in lower case, without those that every rule has."""
    return sorted(method.lower() for method in (rule.methods or set()) - {"HEAD", "OPTIONS"})


def operation_id(rule: Rule, method: str) -> str:
    """Return the name of the endpoint. If it has several methods, POST has this name, as in Umami's client."""
    name = camel_case(rule.endpoint.split(".")[-1])
    return name if method == "post" or len(methods(rule)) == 1 else f"{name}By{method.title()}"


def parsed(name: str, text: str) -> UUID | str:
    """Convert a part of the path. :raises NotFound: the id is not a UUID, or the text cannot be stored"""
    if not name.endswith("_id"):
        if unstorable(text):
            raise NotFound
        return text
    if not UUID_TEXT.fullmatch(text):
        raise NotFound
    return UUID(text)


def _last_of_each() -> Mapping[str, str]:
    """Return the query; of repeated keys the last counts."""
    return {name: values[-1] for name, values in request.args.lists()}


def _ignored(schema: Schema | None) -> list[str]:
    """
    Return the parameters in the query that the endpoint does not have.

    :raises ValidationError: the endpoint is a list, and one of them is not Umami's, so it must be meant as a filter
    """
    known = () if schema is None else {field.data_key for field in schema.fields.values()}
    unknown = [name for name in request.args if name and name not in known]
    if unknown and getattr(schema, "is_list", False):
        filters = [name for name in unknown if name not in UMAMI_PARAMETERS]
        if filters:
            raise ValidationError({name: [UNKNOWN_FILTER] for name in filters[:MOST_NAMED]})
    return unknown


def _warned(response: Response) -> Response:
    """Add the header that names the parameters which were ignored (RFC 7234, section 5.5.7)."""
    if g.ignored:
        names = ", ".join(quote(name[:MOST_SHOWN_OF_NAME], safe="") for name in g.ignored[:MOST_NAMED])
        response.headers["Warning"] = f'299 frontdesk "Unknown query parameter: {names}"'
    return response


def _told(schema: Schema) -> dict[str, Any]:
    """
    Return the parameters of a call that deletes something, from query and body.

    :raises ValidationError: a parameter is unknown, or given twice with different values
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
    Return the body as a JSON object, whatever its content type. A missing one is empty unless ``needed``.

    :raises ValidationError: it is not an object
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
    g.sent = found
    return found


def answer(gives: Shape, result: Any, query: Any) -> Response:
    """Serialize the result of a view as the endpoint declares."""
    headers = {}
    found = serialized(gives, result, query)
    if isinstance(gives, PageOf) and "nextCursor" in found:
        headers["Link"] = _next_link(found["nextCursor"])
    return Response(orjson.dumps(found), mimetype="application/json", headers=headers)


def serialized(gives: Shape, result: Any, query: Any = None) -> Any:
    """Return the result of a view as JSON values."""
    if isinstance(gives, PageOf):
        return gives.serialize(result, query)
    if gives is None:
        return None
    if isinstance(gives, tuple):
        return [shape.serialize(item) for shape, item in zip(gives, result, strict=True)]
    return gives.serialize(result)


def _next_link(cursor: str) -> str:
    """Return the link to the next rows of the list that is being returned (RFC 8288)."""
    kept = [(name, value) for name, value in _last_of_each().items() if name not in ("page", "cursor")]
    return f'<{quote(request.path)}?{urlencode([*kept, ("cursor", cursor)])}>; rel="next"'
