"""
Invitations: accounts that wait for somebody to take them over (docs/invitations.md). What happens on the other side of
the link is in ``acceptance``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from app.db import Unit, execute_count, fetch_all, fetch_one, retried, transaction
from app.errors import Conflict, Denied, Invalid, NotFound
from app.mail.kinds import Kind
from app.models import Grant, Invitation, Role, SiteRole, TeamRole, User, new_id, utcnow
from app.models.folding import fold
from app.paging import Page, Window
from app.queries import invitations as queries
from app.queries import users as user_queries
from app.runtime import runtime
from app.security import policy
from app.security.actor import OPERATOR, Actor
from app.security.links import INVITATION, link_to, new_link_token, new_nonce
from app.security.names import clean_username
from app.security.permissions import Permission, weaker_role
from app.security.tokens import hash_token
from app.services import outbox, profiles, users
from app.services.account_errors import EmailTaken, UsernameTaken
from app.services.listing import fetch_page
from app.services.lookup import parsed_id, the_only_one

PURPOSE = "invitation"
LEAST_DAYS, MOST_DAYS = 0.01, 365.0
MOST_GIVEN = 100
"""Websites, and as many teams, that one invitation names at most."""
OWNS = "The account has been given websites already; an administrator can delete it."

Entries = Sequence[Mapping[str, Any]]
"""``{"website_id": …, "role": …}`` or ``{"team_id": …, "role": …}``."""


class AlreadyAccepted(Conflict):
    """The invitation has been accepted: there is an account now."""

    default = "This invitation has been accepted already."


class State(StrEnum):
    """What has become of an invitation."""

    OPEN = "open"
    EXPIRED = "expired"
    ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class InvitationView:
    """An invitation as whoever manages it may see it."""

    id: UUID
    user_id: UUID
    """The account to be."""
    username: str
    email: str | None
    role: str
    teams: Sequence[Mapping[str, str]]
    grants: Sequence[Mapping[str, str]]
    inviter_id: UUID | None
    inviter_name: str | None
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None
    state: State
    token: str | None = None
    """Of the link, where it was made just now: nobody can look it up later."""

    @classmethod
    def of(cls, row: Row[Any], token: str | None = None) -> "InvitationView":
        copied = {name: getattr(row, name) for name in cls.__slots__ if name not in ("state", "token")}
        return cls(**copied, state=state_of(row), token=token)

    def link(self, root: str) -> str | None:
        """The whole link, where there is a token; ``root`` is where people reach the server."""
        return link_to(runtime().config.public_url or root, INVITATION, self.token) if self.token else None


def state_of(row: Row[Any]) -> State:
    """What has become of it, as of now."""
    if row.accepted_at is not None:
        return State.ACCEPTED
    return State.OPEN if row.expires_at > utcnow() else State.EXPIRED


@retried
def invite(
    actor: Actor,
    *,
    username: str | None = None,
    email: str | None = None,
    role: str | None = None,
    teams: Entries = (),
    grants: Entries = (),
    days: float | None = None,
) -> InvitationView:
    """
    Make an account for somebody who is to choose its password by a link, mailed where there is an address and a mail
    server. Grants stand at once, teams are entered on acceptance; then both are looked at again.

    :param username: the address by default
    :param role: ``user`` by default, or the actor's own where that is less
    :param days: how long the link is good; as configured by default
    :raises Invalid: neither name nor address, or something that cannot be
    :raises Denied: more than the actor may give; who is no administrator invites to websites that they administer
    :raises Conflict: name or address are taken
    """
    address = profiles.clean_email(email) if email else None
    if not username and address is None:
        raise Invalid("A username or an e-mail address is needed", field="username")
    user = User(username=clean_username(username or address or ""), email=address, pending=True)
    user.role, user.password_hash = Role.VIEW_ONLY, ""
    role = role or weaker_role(Role.USER, actor.role or Role.VIEW_ONLY)
    _check(role, teams, grants)
    until = _until(days)
    taken = {
        "uq_user_username_key": UsernameTaken(user.username),
        "uq_user_email_key": EmailTaken(address or ""),
    }
    with transaction(taken) as session:
        profiles.claim_names(username=user.username, email=address)
        _require_rights(actor, role, teams, grants)
        session.add(user)
        session.flush()
        session.add_all(
            Grant(website_id=entry["website_id"], user_id=user.id, role=entry["role"], granted_by=actor.id)
            for entry in grants
        )
        invitation = Invitation(
            id=new_id(), user_id=user.id, inviter_id=actor.id, by_operator=actor == OPERATOR, role=role
        )
        invitation.teams, invitation.grants = _stored(teams), _stored(grants)
        session.add(invitation)
        return _issue(session, invitation, until)


def _check(role: str, teams: Entries, grants: Entries) -> None:
    """:raises Invalid: what is to be given is no role, too much, or named twice"""
    if role not in list(Role):
        raise Invalid("There is no such role", field="role")
    for field, entries, key, roles in (
        ("teams", teams, "team_id", TeamRole),
        ("grants", grants, "website_id", SiteRole),
    ):
        if len(entries) > MOST_GIVEN:
            raise Invalid(f"Too big: expected array to have <={MOST_GIVEN} items", field=field)
        if len({entry[key] for entry in entries}) < len(entries):
            raise Invalid("Names the same one twice", field=field)
        if any(entry["role"] not in list(roles) for entry in entries):
            raise Invalid("There is no such role", field=field)


def _until(days: float | None) -> datetime:
    if days is None:
        days = runtime().config.invitation_days
    elif not LEAST_DAYS <= days <= MOST_DAYS:
        raise Invalid(f"Must be {LEAST_DAYS} to {MOST_DAYS:g} days", field="days")
    return utcnow() + timedelta(days=days)


def _require_rights(actor: Actor, role: str, teams: Entries, grants: Entries) -> None:
    """
    :raises Denied: the actor may not give one of these
    :raises Invalid: an administrator names what does not exist, or grants something to one
    """
    policy.require(policy.can_give_role(actor, role) and (actor.is_admin or bool(grants)))
    if role == Role.ADMIN and grants:
        raise Invalid("An administrator has every right already", field="grants")
    websites = {row.id: row for row in websites_to_give(actor, [entry["website_id"] for entry in grants])}
    entered = {row.id: row for row in teams_to_enter(actor, [entry["team_id"] for entry in teams])}
    for entry in grants:
        website = websites.get(entry["website_id"])
        if website is None:
            raise Invalid("Website not found", field="grants") if actor.is_admin else Denied
        policy.require(policy.can_change_website(actor, website, Permission.WEBSITE_ACCESS))
    for entry in teams:
        team = entered.get(entry["team_id"])
        if team is None:
            raise Invalid("Team not found", field="teams") if actor.is_admin else Denied
        policy.require(policy.can_change_member(actor, team.role, None, entry["role"]))


def websites_to_give(actor: Actor, website_ids: Sequence[UUID]) -> Sequence[Row[Any]]:
    """Those of the websites that there are, with the actor's rights on them."""
    if not website_ids:
        return []
    return fetch_all(queries.select_websites_to_give, website_ids=list(website_ids), actor_id=actor.id)


def teams_to_enter(actor: Actor, team_ids: Sequence[UUID]) -> Sequence[Row[Any]]:
    """Those of the teams that there are, with the actor's role in each; locked, so that it stays that."""
    if not team_ids:
        return []
    return fetch_all(queries.select_teams_to_enter, team_ids=list(team_ids), actor_id=actor.id)


def _stored(entries: Entries) -> list[dict[str, Any]]:
    return [{name: str(value) for name, value in entry.items()} for entry in entries]


def _issue(session: Unit, invitation: Invitation, until: datetime) -> InvitationView:
    """A fresh link, mailed if it can be; whatever links there were are dead."""
    invitation.nonce = new_nonce()
    token = runtime().link_tokens.derive(PURPOSE, invitation.id, invitation.nonce)
    invitation.token_hash, invitation.link_token_hash = hash_token(token), None
    invitation.expires_at = until
    session.flush()
    row = fetch_one(queries.select_invitation, invitation_id=invitation.id)
    if row is None:
        raise NotFound
    if row.email is not None:
        outbox.queue(Kind.INVITATION, row.email, invitation_id=invitation.id)
    return InvitationView.of(row, token)


def list_invitations(actor: Actor, window: Window, *, search: str | None = None) -> Page:
    """
    ``InvitationView``s, newest first: all for administrators, for others those that they made.

    :param search: part of the name or the address
    """
    own = not actor.is_admin
    values: dict[str, Any] = {"inviter_id": actor.user_id} if own else {}
    build = partial(queries.select_invitations, own=own)
    page = fetch_page(actor, build, window, search=search, folded=True, **values)
    return Page([InvitationView.of(row) for row in page.rows], page.total, page.capped)


def get(actor: Actor, invitation_id: UUID) -> InvitationView:
    """
    One invitation.

    :raises Denied: somebody else's, or there is none and the actor may not know
    :raises NotFound: there is none
    """
    return InvitationView.of(_manageable(actor, fetch_one(queries.select_invitation, invitation_id=invitation_id)))


def find_invitation(actor: Actor, text: str) -> InvitationView:
    """
    One invitation by its id, or by the name or address of the account to be, for administrators.

    :raises NotFound: there is none
    """
    policy.require(policy.can_administer(actor))
    found = fetch_all(queries.select_invitations_called, invitation_id=parsed_id(text), key=fold(text))
    return InvitationView.of(the_only_one(found, "invitations"))


def _manageable(actor: Actor, row: Row[Any] | None) -> Row[Any]:
    policy.require(policy.can_manage_invitation(actor, row.inviter_id if row else None))
    if row is None:
        raise NotFound
    return row


@retried
def revoke(actor: Actor, invitation_id: UUID) -> None:
    """
    Take an invitation back: the account that waits is deleted.

    :raises AlreadyAccepted: there is an account now
    :raises Conflict: it owns websites already, and the actor is no administrator
    :raises Denied, NotFound: see ``get``
    """
    with transaction() as session:
        row = _manageable(actor, fetch_one(queries.select_invitation, invitation_id=invitation_id))
        delete_pending(session, row, with_websites=actor.is_admin)


def delete_pending(session: Unit, row: Row[Any], *, with_websites: bool, token: str | None = None) -> None:
    """
    Delete the account of an invitation; for services, which have asked for permission.

    :param token: of a link that must be good still
    :raises AlreadyAccepted: it was accepted meanwhile
    :raises NotFound: it was taken back, or the link renewed
    :raises Conflict: it owns websites, and these are not to go with it
    """
    session.scalars(user_queries.lock_admins).all()  # before any user, as everybody locks them
    invitation = _lock(session, row)
    if token is not None and hash_token(token) not in (invitation.token_hash, invitation.link_token_hash):
        raise NotFound
    if not with_websites and fetch_one(queries.select_holdings, user_id=row.user_id):
        raise Conflict(OWNS)
    users.delete_user(OPERATOR, row.user_id)


def _lock(session: Unit, row: Row[Any]) -> Invitation:
    """
    The invitation, and its account with it, until the transaction ends.

    :raises AlreadyAccepted: there is an account now
    :raises NotFound: it was taken back
    """
    user = session.get(User, row.user_id, with_for_update={"key_share": True})
    invitation = session.get(Invitation, row.id, with_for_update=True)
    if user is None or invitation is None:
        raise NotFound
    if not user.pending or invitation.accepted_at is not None:
        raise AlreadyAccepted
    return invitation


@retried
def resend(actor: Actor, invitation_id: UUID, *, days: float | None = None) -> InvitationView:
    """
    A new link, good for so many days from now, mailed again; earlier ones are dead. Where the inviter is gone, an
    administrator takes their place.

    :raises AlreadyAccepted: there is an account now
    :raises Invalid: see ``invite``
    :raises Denied, NotFound: see ``get``
    """
    until = _until(days)
    with transaction() as session:
        row = _manageable(actor, fetch_one(queries.select_invitation, invitation_id=invitation_id))
        invitation = _lock(session, row)
        _adopt(invitation, row, actor)
        return _issue(session, invitation, until)


@retried
def make_link(actor: Actor, invitation_id: UUID, *, days: float | None = None) -> str:
    """
    The token of a second link, to be copied; the first stays good, both for so many days from now.

    :raises AlreadyAccepted, Denied, Invalid, NotFound: see ``resend``
    """
    until, token = _until(days), new_link_token()
    with transaction() as session:
        row = _manageable(actor, fetch_one(queries.select_invitation, invitation_id=invitation_id))
        invitation = _lock(session, row)
        _adopt(invitation, row, actor)
        invitation.link_token_hash, invitation.expires_at = hash_token(token), until
    return token


def _adopt(invitation: Invitation, row: Row[Any], actor: Actor) -> None:
    """Somebody has to answer for it: where that account is gone, the administrator who renews it."""
    if row.inviter_id is not None or invitation.by_operator:
        return
    invitation.inviter_id, invitation.by_operator = actor.id, actor == OPERATOR
    website_ids = [UUID(entry["website_id"]) for entry in invitation.grants]
    if website_ids:
        execute_count(queries.adopt_grants, holder_id=row.user_id, website_ids=website_ids, adopter_id=actor.id)


def resend_for(actor: Actor, user_id: UUID, *, days: float | None = None) -> InvitationView:
    """``resend`` by the account to be. :raises NotFound: no invitation waits for it"""
    return resend(actor, _id_for(user_id), days=days)


def make_link_for(actor: Actor, user_id: UUID, *, days: float | None = None) -> str:
    """``make_link`` by the account to be. :raises NotFound: no invitation waits for it"""
    return make_link(actor, _id_for(user_id), days=days)


def revoke_for(actor: Actor, user_id: UUID) -> None:
    """``revoke`` by the account to be. :raises NotFound: no invitation waits for it"""
    revoke(actor, _id_for(user_id))


def _id_for(user_id: UUID) -> UUID:
    row = fetch_one(queries.select_invitation_of, user_id=user_id)
    if row is None or row.accepted_at is not None:
        raise NotFound
    found: UUID = row.id
    return found
