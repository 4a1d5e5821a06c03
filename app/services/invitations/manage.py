"""
Creating, listing, resending and revoking invitations (docs/invitations.md).

Each invitation has a pending account, which the invited user activates through a link; see ``accept``.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from app.db.reads import fetch_all, fetch_one, fetch_page
from app.db.session import Unit, abandon, execute_count, retried, transaction
from app.domain import policy
from app.domain.actor import Actor
from app.domain.errors import (
    AlreadyInvited,
    EmailIsUsername,
    EmailTaken,
    NotFound,
    NoUsernameOrEmail,
    UsernameIsEmail,
    UsernameTaken,
)
from app.domain.folding import fold
from app.domain.names import new_username
from app.domain.pagination import Page, Window
from app.domain.permissions import weaker_role
from app.domain.roles import Role
from app.models import Grant, Invitation, User, new_id
from app.queries import invitations as queries
from app.queries.invitations import InvitationRecord
from app.runtime import runtime
from app.security.link_tokens import FOR_INVITATION, new_link_token, new_nonce
from app.security.tokens import hash_token
from app.services import events
from app.services.acting import recheck
from app.services.events import InvitationCreated, InvitationLinkCreated, InvitationResent, InvitationRevoked
from app.services.invitations import limits
from app.services.invitations.limits import Entries
from app.services.invitations.pending import delete_pending, lock_invitation
from app.services.invitations.views import InvitationView
from app.services.lookup import parsed_id, the_only_one
from app.services.users import profiles


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
    Create a pending account, and a link through which the invited user sets its password.

    The link is mailed if there is an address and a mail server. Grants are made at once, and teams are joined on
    acceptance; both are checked again then.

    :param username: the address by default
    :param role: ``user`` by default, or the actor's own role if that is lower
    :param teams: ``{"team_id": ..., "role": ...}``
    :param grants: ``{"website_id": ..., "role": ...}``
    :param days: how long the link is valid; ``invitation_days`` by default
    :raises Invalid: there is neither a username nor an address, or a value breaks a rule
    :raises Denied: the actor cannot give this much; users who are not administrators must grant access to at least one
        website that they administer
    :raises AlreadyInvited: the name or the address belongs to a pending account, whose invitation the actor can resend
    :raises Conflict: the name or the address is taken
    """
    address = profiles.clean_email(email) if email else None
    # An address that serves as the username is not checked for mixed scripts: the mailed link proves whose it is.
    called = new_username(username) if username else address
    if called is None:
        raise NoUsernameOrEmail("username")
    user = User(username=called, email=address, pending=True)
    user.role, user.password_hash = Role.VIEW_ONLY, ""
    role = role or weaker_role(Role.USER, actor.role or Role.VIEW_ONLY)
    limits.check_gifts(role, teams, grants)
    until = limits.end_after(days)
    taken = {
        "uq_user_username_key": UsernameTaken(user.username),
        "uq_user_email_key": EmailTaken(address or ""),
    }
    with already_invited(actor, user.username, address), transaction(taken) as session:
        profiles.claim_names(username=user.username, email=address)
        recheck(actor)
        limits.require_rights(actor, role, teams, grants)
        session.add(user)
        session.flush()
        session.add_all(
            Grant(website_id=entry["website_id"], user_id=user.id, role=entry["role"], granted_by=actor.id)
            for entry in grants
        )
        invitation = Invitation(
            id=new_id(), user_id=user.id, inviter_id=actor.id, by_operator=actor.is_operator, role=role
        )
        invitation.teams, invitation.grants = limits.stored(teams), limits.stored(grants)
        session.add(invitation)
        made = _issue(session, invitation, until)
        created = InvitationCreated(actor, made.id, made.user_id, made.username, made.email, made.role)
        events.record(session, created)
        return made


@contextmanager
def already_invited(actor: Actor, *names: str | None) -> Iterator[None]:
    """
    Replace the error for a taken name if it belongs to a pending account whose invitation the actor can resend.

    :raises AlreadyInvited: instead of the error for a taken username or e-mail address
    """
    try:
        yield
    except (UsernameTaken, UsernameIsEmail, EmailTaken, EmailIsUsername) as clash:
        abandon()
        for name in filter(None, names):
            for row in fetch_all(queries.select_invitations_called, invitation_id=None, key=fold(name)):
                if row.accepted_at is None and policy.can_manage_invitation(actor, row.inviter_id):
                    raise AlreadyInvited(name, row.id) from clash
        raise


def _issue(session: Unit, invitation: Invitation, until: datetime) -> InvitationView:
    """Create a new link; earlier links of the invitation no longer work."""
    invitation.nonce = new_nonce()
    token = runtime().link_tokens.derive(FOR_INVITATION, invitation.id, invitation.nonce)
    invitation.token_hash, invitation.link_token_hash = hash_token(token), None
    invitation.expires_at = until
    session.flush()
    row = fetch_one(queries.select_invitation, invitation_id=invitation.id)
    if row is None:
        raise NotFound
    return InvitationView.of(row, token)


def list_invitations(actor: Actor, window: Window, *, search: str | None = None) -> Page[InvitationView]:
    """
    List ``InvitationView``s, newest first: administrators get all, other users those that they created.

    :param search: a part of the username or the address
    """
    own = not actor.is_admin
    values: dict[str, Any] = {"inviter_id": actor.user_id} if own else {}
    build = partial(queries.select_invitations, own=own)
    page = fetch_page(build, window, search=search, folded=True, **values)
    return page.with_rows([InvitationView.of(row) for row in page.rows])


def get(actor: Actor, invitation_id: UUID) -> InvitationView:
    """
    Return one invitation.

    :raises Denied: the actor neither created it nor is an administrator; also if there is no such invitation
    :raises NotFound: there is no such invitation, and the actor is an administrator
    """
    return InvitationView.of(_manageable(actor, fetch_one(queries.select_invitation, invitation_id=invitation_id)))


def find_invitation(actor: Actor, text: str) -> InvitationView:
    """
    Return the invitation with this id, or of the account with this username or address, for administrators.

    :raises UnknownName: there is none
    """
    policy.require(policy.can_administer(actor))
    found = fetch_all(queries.select_invitations_called, invitation_id=parsed_id(text), key=fold(text))
    return InvitationView.of(the_only_one(found, "invitation"))


def _manageable(actor: Actor, row: InvitationRecord | None) -> InvitationRecord:
    policy.require(policy.can_manage_invitation(actor, row.inviter_id if row else None))
    if row is None:
        raise NotFound
    return row


@retried
def revoke(actor: Actor, invitation_id: UUID) -> None:
    """
    Revoke an invitation, and delete its pending account.

    :raises AlreadyAccepted: the invitation has been accepted
    :raises OwnsWebsites: the account owns websites, and the actor is not an administrator
    :raises Denied, NotFound: see ``get``
    """
    with transaction() as session:
        row = _manageable(actor, fetch_one(queries.select_invitation, invitation_id=invitation_id))
        delete_pending(session, actor, row, with_websites=actor.is_admin)
        events.record(session, InvitationRevoked(actor, row.id, row.user_id, row.username))


@retried
def resend(actor: Actor, invitation_id: UUID, *, days: float | None = None) -> InvitationView:
    """
    Create a new link for an invitation, and mail it again; earlier links no longer work.

    If the inviter's account was deleted, the administrator who resends the invitation becomes its inviter.

    :param days: how long the new link is valid; ``invitation_days`` by default
    :raises AlreadyAccepted: the invitation has been accepted
    :raises OutOfRange: ``days`` is too small or too large
    :raises Denied, NotFound: see ``get``
    """
    until = limits.end_after(days)
    with transaction() as session:
        row = _manageable(actor, fetch_one(queries.select_invitation, invitation_id=invitation_id))
        policy.require_power_over(actor, row.role)
        invitation = lock_invitation(session, actor, row)
        _adopt(invitation, row, actor)
        made = _issue(session, invitation, until)
        events.record(session, InvitationResent(actor, made.id, made.user_id, made.username, made.email))
        return made


@retried
def make_link(actor: Actor, invitation_id: UUID, *, days: float | None = None) -> str:
    """
    Create a second link, for copying, and return its token. The first link stays valid.

    :param days: how long both links are valid from now on; ``invitation_days`` by default
    :raises AlreadyAccepted, OutOfRange, Denied, NotFound: see ``resend``
    """
    until, token = limits.end_after(days), new_link_token()
    with transaction() as session:
        row = _manageable(actor, fetch_one(queries.select_invitation, invitation_id=invitation_id))
        policy.require_power_over(actor, row.role)
        invitation = lock_invitation(session, actor, row)
        _adopt(invitation, row, actor)
        events.record(session, InvitationLinkCreated(actor, row.id, row.user_id, row.username))
        invitation.link_token_hash, invitation.expires_at = hash_token(token), until
    return token


def _adopt(invitation: Invitation, row: InvitationRecord, actor: Actor) -> None:
    """Make the actor the inviter if the inviter's account was deleted: every invitation needs a user behind it."""
    if row.inviter_id is not None or invitation.by_operator:
        return
    invitation.inviter_id, invitation.by_operator = actor.id, actor.is_operator
    website_ids = [UUID(entry["website_id"]) for entry in invitation.grants]
    if website_ids:
        execute_count(queries.adopt_grants, holder_id=row.user_id, website_ids=website_ids, adopter_id=actor.id)
