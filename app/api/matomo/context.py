"""The current call: its parameters, its caller and the headers of its response."""

from dataclasses import dataclass, field

from flask import g, request

from app.api.matomo import parameter_types, texts
from app.api.matomo.errors import ApiError
from app.api.matomo.parameters import Array, Parameters, Value
from app.domain.actor import Actor
from app.domain.errors import Unauthenticated
from app.http.request import visitor
from app.services.authentication.bearer import identify_api

ANONYMOUS = "anonymous"
BEARER = "Bearer "
PROTOCOL = "matomo"


@dataclass(slots=True)
class Call:
    """The state of one call; a bulk request makes several."""

    given: Parameters
    token: Value | None = None
    headers: dict[str, str] = field(default_factory=dict)
    in_bulk: bool = False


def current_call() -> Call:
    """Return the call that is being handled: within a bulk request, its current part."""
    call: Call = g.matomo
    return call


def current_actor() -> Actor:
    """Return the caller. Without a token: the anonymous account if it exists, or else an actor without any access."""
    actor: Actor = g.actor
    return actor


def add_header(name: str, value: object) -> None:
    """Add a header to the response. Headers of the parts of a bulk request are dropped."""
    current_call().headers[name] = str(value)


def needs_confirmation() -> bool:
    """Return whether the call says that it comes from a browser session: some methods then require the password."""
    return is_session(current_call().given)


def is_session(given: Parameters) -> bool:
    """Return whether ``force_api_session`` is set."""
    claim = given.get("force_api_session", "")
    return isinstance(claim, str) and claim.lower() in parameter_types.TRUE


def identify(token: Value | None, *, openly: bool = False) -> Actor:
    """
    Return the actor whom the token belongs to.

    :param openly: the token was sent in the query string
    :raises ApiError: the token is not valid
    """
    bad = ApiError(texts.BAD_TOKEN_IN_QUERY if openly else texts.BAD_TOKEN, 401)
    if isinstance(token, Array):
        raise bad
    try:
        return identify_api(visitor(PROTOCOL), None if token == ANONYMOUS else token)
    except Unauthenticated:
        raise bad from None


def token_of(query: Parameters, form: Parameters) -> Value | None:
    """
    Return the token that was sent as a parameter or as ``Authorization: Bearer``.

    :raises ApiError: different tokens were sent
    """
    header = request.headers.get("Authorization", "")
    sent = [place["token_auth"] for place in (query, form) if place.get("token_auth")]
    if header.startswith(BEARER) and header != BEARER:
        sent.append(header.removeprefix(BEARER).strip())
    if any(other != sent[0] for other in sent[1:]):
        raise ApiError(texts.two_values("token_auth"), 400)
    return sent[0] if sent else None
