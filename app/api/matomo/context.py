"""The call at hand: its parameters, who makes it, what headers its answer gets."""

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
    """What one call is made of; a bulk request makes several."""

    given: Parameters
    token: Value | None = None
    headers: dict[str, str] = field(default_factory=dict)
    in_bulk: bool = False


def current_call() -> Call:
    call: Call = g.matomo
    return call


def current_actor() -> Actor:
    """Who calls. Without a token: the anonymous account, or nobody, with no rights at all."""
    actor: Actor = g.actor
    return actor


def add_header(name: str, value: object) -> None:
    """A header of the answer; of a bulk request's parts they are dropped."""
    current_call().headers[name] = str(value)


def needs_confirmation() -> bool:
    """Whether the call claims to come from a browser's session, so that some methods ask for the password anew."""
    return is_session(current_call().given)


def is_session(given: Parameters) -> bool:
    claim = given.get("force_api_session", "")
    return isinstance(claim, str) and claim.lower() in parameter_types.TRUE


def identify(token: Value | None, *, openly: bool = False) -> Actor:
    """
    Whoever bears the token.

    :param openly: it stood in the query string
    :raises ApiError: nobody does
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
    The token that was sent: as a parameter, or as ``Authorization: Bearer``.

    :raises ApiError: there are several
    """
    header = request.headers.get("Authorization", "")
    sent = [place["token_auth"] for place in (query, form) if place.get("token_auth")]
    if header.startswith(BEARER) and header != BEARER:
        sent.append(header.removeprefix(BEARER).strip())
    if any(other != sent[0] for other in sent[1:]):
        raise ApiError(texts.two_values("token_auth"), 400)
    return sent[0] if sent else None
