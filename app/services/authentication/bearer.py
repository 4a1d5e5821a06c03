"""Finds the actor for the tokens that a request carries."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.db.reads import fetch_all, fetch_one
from app.db.session import note_caller
from app.domain.actor import Account, Actor, Credential, CredentialKind
from app.domain.errors import Unauthenticated
from app.models import ANONYMOUS_ID
from app.queries import teams as team_queries
from app.queries import users as queries
from app.queries.teams import BriefTeam
from app.queries.users import Credentials
from app.security import tokens
from app.services.authentication.credentials import find_bearer
from app.services.authentication.shared_views import view_of_token


@dataclass(frozen=True, slots=True)
class Identity:
    """A user, and the teams that the user is in, with id, name and logo."""

    user: Credentials | Actor
    teams: Sequence[BriefTeam]


def whoami(actor: Actor) -> Identity:
    """Return the actor and the actor's teams."""
    return Identity(actor, fetch_all(team_queries.select_brief_teams, user_id=actor.user_id))


def identify_api(visitor: Actor, token: str | None) -> Actor:
    """
    Return the actor for a token, on APIs that can also be used without one.

    Without a token, the actor is the anonymous account, or the visitor as they are if that account does not exist.

    :raises Unauthenticated: there is a token, but it is not valid
    """
    if token:
        return identify(visitor, token)
    note_caller(None)
    row = fetch_one(queries.select_user, user_id=ANONYMOUS_ID)
    if row is None:
        return visitor
    return visitor.known_as(Account.of(row))


def identify(
    visitor: Actor,
    token: str | None,
    *,
    share_token: str | None = None,
    share_context: bool = False,
    before_enrolling: bool = False,
    before_new_password: bool = False,
) -> Actor:
    """
    Return the actor for the tokens of a request.

    :param share_token: token of a public link; extends what the user can see
    :param share_context: the request is made from a public link's page, so that a share token is enough without a user
    :param before_enrolling: also users who must set up a second factor before anything else
    :param before_new_password: also users who must change the password before anything else
    :raises Unauthenticated: none of the tokens is valid in this request
    :raises PasswordChangeNeeded: the user, who came with a session, must change the password first
    :raises SecondFactorNeeded: a second factor is required of the user, who came with a session and has none
    """
    found = find_bearer(token) if token else None
    if found is None and token and tokens.is_api_key(token):
        raise Unauthenticated  # a key decides alone: a wrong one is not ignored in favour of a share
    share = view_of_token(share_token) if share_token and (found or share_context) else None
    if found is None:
        if share is None:
            raise Unauthenticated
        note_caller(None)
        return Actor(None, Credential(CredentialKind.SHARE, share.share_id), visitor.origin, share=share)
    found.require_complete(before_enrolling=before_enrolling, before_new_password=before_new_password)
    actor = Actor(found.account, found.credential, visitor.origin, share)
    note_caller(actor.credential, wrote_at=found.wrote_at)
    return actor


def identify_leaving(visitor: Actor, token: str | None, **others: Any) -> Actor:
    """
    Return the actor as ``identify`` does, or the visitor if the token is no longer valid. For logging out.

    :raises Unauthenticated: there is no token
    """
    try:
        return identify(visitor, token, **others)
    except Unauthenticated:
        if not token:
            raise
        note_caller(None)
        return visitor
