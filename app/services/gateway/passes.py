"""Passes: the tokens with which single requests go on to Umami."""

from dataclasses import dataclass
from uuid import UUID

from app.domain import policy
from app.domain.actor import Actor, Credential, CredentialKind
from app.domain.errors import NotFound, Unauthenticated
from app.domain.scopes import Scope
from app.domain.umami_routes import Area, UmamiRoute
from app.queries.gateway import select_caller
from app.runtime import runtime
from app.security import tokens
from app.services.authentication.credentials import ACCESS_TOKENS, API_KEYS, SESSIONS, store_of
from app.services.authentication.shared_views import view_of_token

SELECTS = {store.kind: select_caller(store.queries) for store in (SESSIONS, ACCESS_TOKENS, API_KEYS)}


@dataclass(frozen=True, slots=True)
class Reader:
    """The user whom Umami must take a caller for."""

    user_id: UUID
    role: str
    password_hash: str


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a request."""

    actor: Actor
    reader: Reader | None = None
    """None without an account: on public routes, and for bearers of a share."""


@dataclass(frozen=True, slots=True)
class Pass:
    """What Umami is to get in place of the caller's own credentials; None for nothing."""

    bearer: str | None = None
    share_token: str | None = None


def identify(
    visitor: Actor, route: UmamiRoute, *, token: str | None, share_token: str | None, share_context: bool
) -> Caller:
    """
    Return who makes a request, with one statement. A share that is enough takes precedence over other tokens.

    :param token: of a session, an access token, or an API key
    :param share_context: see ``bearer.identify``
    :raises Unauthenticated: no token is valid for this request, or the route is closed
    :raises PasswordChangeNeeded, SecondFactorNeeded: see ``bearer.identify``
    """
    if route.area is Area.PUBLIC:
        return Caller(visitor)
    if route.area is Area.CLOSED:
        raise Unauthenticated
    is_key = token is not None and tokens.is_api_key(token)
    if share_token and share_context and not is_key:
        share = view_of_token(share_token)
        if share and route.reads and (route.is_report or share.shows(route.entity_id)):
            return Caller(Actor(None, Credential(CredentialKind.SHARE, share.share_id), visitor.origin, share))
    return _bearer(visitor, route, token or "")


def issue(actor: Actor, route: UmamiRoute, reader: Reader | None) -> Pass:
    """
    Return the pass of a caller whom ``identify`` has found.

    :raises NotFound: Umami's secret is not known, so there is no gateway
    :raises MissingScope: the caller's API key may not do this
    :raises Unavailable: Umami's Redis cannot be reached
    """
    minting = runtime().umami_tokens
    if minting is None:
        raise NotFound
    policy.require_scope(actor, Scope.WEBSITES_READ if route.reads else Scope.WEBSITES_WRITE)
    if reader is not None:
        return Pass(bearer=minting.for_user(reader.user_id, reader.role, reader.password_hash))
    return Pass(share_token=None if actor.share is None else minting.for_share(actor.share))


def _bearer(visitor: Actor, route: UmamiRoute, token: str) -> Caller:
    store = store_of(token)
    if store is None:
        raise Unauthenticated
    row = store.find(SELECTS[store.kind], token, website_id=route.entity_id if route.reads else None)
    if row is None:
        raise Unauthenticated
    found = store.bearer_of(row)
    found.require_complete()
    actor = Actor(found.account, found.credential, visitor.origin)
    return Caller(actor, Reader(row.reader_id, row.reader_role, row.reader_password_hash))
