"""Who bears a token."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.db.reads import fetch_all, fetch_one
from app.db.session import note_caller
from app.domain.actor import Actor, SharedView
from app.domain.errors import Unauthenticated
from app.models import ANONYMOUS_ID
from app.queries import shares as share_queries
from app.queries import teams as team_queries
from app.queries import users as queries
from app.queries.teams import BriefTeam
from app.queries.users import Credentials
from app.runtime import runtime
from app.services.authentication import sessions


@dataclass(frozen=True, slots=True)
class Identity:
    """A user, and the teams that the user is in (id, name, logo)."""

    user: Credentials | Actor
    teams: Sequence[BriefTeam]


def whoami(actor: Actor) -> Identity:
    """The actor and their teams."""
    return Identity(actor, fetch_all(team_queries.select_brief_teams, user_id=actor.user_id))


def identify_api(token: str | None, *, address: str = "") -> Actor:
    """
    Whoever bears the token, on wires that let callers without one act as the account of the anonymous, where there
    is such an account; where not, as nobody.

    :raises Unauthenticated: there is a token, but it is nobody's
    """
    if token:
        return identify(token, address=address)
    note_caller(None)
    row = fetch_one(queries.select_user, user_id=ANONYMOUS_ID)
    if row is None:
        return Actor(address=address)
    return Actor(id=row.id, username=row.username, role=row.role, created_at=row.created_at, address=address)


def identify(
    token: str | None, *, share_token: str | None = None, share_context: bool = False, address: str = ""
) -> Actor:
    """
    Whoever bears the tokens. Without a user, a share counts only in its context (umami-api.md, 1.3).

    :raises Unauthenticated: nobody
    """
    user = sessions.find_bearer(token) if token else None
    share = _shared_view(share_token) if share_token and (user or share_context) else None
    if user is None and share is None:
        raise Unauthenticated
    if user is None:
        note_caller(None)
        return Actor(share=share, address=address)
    note_caller(user.session_id, token_id=user.token_id, wrote_at=user.wrote_at)
    return Actor(
        id=user.id,
        username=user.username,
        role=user.role,
        created_at=user.created_at,
        session_id=user.session_id,
        token_id=user.token_id,
        share=share,
        address=address,
    )


def identify_leaving(token: str | None, **others: Any) -> Actor:
    """
    As ``identify``, for logging out: the bearer of a token that is no longer good is no one.

    :raises Unauthenticated: there is no token at all
    """
    try:
        return identify(token, **others)
    except Unauthenticated:
        if not token:
            raise
        note_caller(None)
        return Actor()


def _shared_view(share_token: str) -> SharedView | None:
    share_id = runtime().share_tokens.read(share_token)
    row = fetch_one(share_queries.select_share_by_token, share_id=share_id) if share_id else None
    return SharedView(row.id, row.entity_id, row.share_type, row.parameters) if row else None
