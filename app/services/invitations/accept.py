"""Viewing, accepting and declining an invitation. Anyone who has the link can do this."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from app.db.reads import fetch_all
from app.db.session import Unit, execute_count, retried, transaction
from app.domain import policy
from app.domain.actor import OPERATOR, Account, Actor, Credential, CredentialKind
from app.domain.errors import AlreadyAccepted, LinkExpired, LinkGone, NotFound
from app.domain.permissions import Permission, stronger_role, weaker_role
from app.domain.roles import Role
from app.models import Membership, User, utcnow
from app.queries import invitations as queries
from app.queries.invitations import InvitationRecord, WebsiteOffered
from app.security.tokens import hash_token
from app.services import events
from app.services.access.holders import remove_all_of, remove_all_on
from app.services.acting import lock_users
from app.services.authentication import hashing
from app.services.authentication.link_lookup import look_up
from app.services.authentication.new_passwords import check_new_password
from app.services.events import InvitationAccepted, InvitationDeclined, MembershipAdded, RoleChanged
from app.services.invitations import limits
from app.services.invitations.pending import delete_pending
from app.services.invitations.views import State, state_of


@dataclass(frozen=True, slots=True)
class Offer:
    """What the holder of the link can see of an invitation."""

    username: str
    email: str | None
    role: str
    inviter_name: str | None
    expires_at: datetime
    websites: Sequence[WebsiteOffered]
    teams: Sequence[str]


def find(visitor: Actor, token: str) -> Offer:
    """
    Return what the link offers; this changes nothing.

    :raises LinkGone: there is no such link, it was used, replaced or revoked, or the inviter's account was deleted
    :raises LinkExpired: the link has expired
    :raises Throttled: too many wrong links lately from this address
    """
    row = _find(token, visitor.address)
    team_ids = [UUID(entry["team_id"]) for entry in row.teams]
    names = fetch_all(queries.select_team_names, team_ids=team_ids) if team_ids else []
    return Offer(
        username=row.username,
        email=row.email,
        role=row.role,
        inviter_name=row.inviter_display_name or row.inviter_name,
        expires_at=row.expires_at,
        websites=fetch_all(queries.select_website_names, user_id=row.user_id),
        teams=[team.name for team in names],
    )


def _find(token: str, address: str) -> InvitationRecord:
    row = look_up(queries.select_by_token, token, address=address)
    if row.inviter_id is None and not row.by_operator:
        raise LinkGone
    if state_of(row) is not State.OPEN:
        raise LinkExpired
    return row


def accept(visitor: Actor, token: str, password: str) -> str:
    """
    Set the account's password, activate it, and return its username. An invitation can be accepted only once.

    The invitation gives what its inviter is allowed to give now. Grants that the inviter could no longer make are
    revoked, only teams to which the inviter could add a member are joined, and the role is not above the inviter's own.
    An inviter who is not an administrator, and no longer administers any of the websites, could not invite at all, so
    the account gets no role from the invitation.

    :raises LinkGone, LinkExpired, Throttled: see ``find``
    :raises Invalid: the password breaks a rule
    """
    row = _find(token, visitor.address)
    check_new_password(password)
    hashed = hashing.hash_password(password)
    return _accept(_by_link(visitor, row), row, token, hashed)


def _by_link(visitor: Actor, row: InvitationRecord) -> Actor:
    """Return the actor for the link's holder, who is authenticated by the link only."""
    return replace(visitor, credential=Credential(CredentialKind.LINK, row.id))


@retried
def _accept(actor: Actor, row: InvitationRecord, token: str, hashed: str) -> str:
    with transaction() as session:
        # Lock the inviter, too: what they are allowed to give is checked again, and must not change meanwhile.
        users = lock_users(session, actor, [row.user_id, *filter(None, [row.inviter_id])])
        user = users.get(row.user_id)
        values = {"accepted_id": row.id, "hash_of_token": hash_token(token), "now": utcnow()}
        if (
            user is None
            or not user.pending
            or user.disabled_at is not None
            or not execute_count(queries.accept, **values)
        ):
            raise LinkGone
        inviter = _required(row, users.get(row.inviter_id) if row.inviter_id else None)
        user.password_hash, user.pending, user.must_change_password = hashed, False, False
        _give(session, user, actor, OPERATOR if inviter is None else actor.known_as(Account.of(inviter)), row)
        email = None if inviter is None else inviter.email
        events.record(session, InvitationAccepted(actor, row.id, user.id, user.username, email))
        return user.username


def _required(row: InvitationRecord, inviter: User | None) -> User | None:
    """Return the inviter, or None for the operator. :raises LinkGone: the inviter was deleted, or is disabled"""
    if not row.by_operator and (inviter is None or inviter.deleted_at or inviter.disabled_at):
        raise LinkGone
    return inviter


def _give(session: Unit, user: User, actor: Actor, inviter: Actor, row: InvitationRecord) -> None:
    may_invite = _recheck_grants(session, user.id, actor, inviter)
    if may_invite:
        role = stronger_role(user.role, weaker_role(row.role, inviter.role or Role.VIEW_ONLY))
        if role != user.role:
            events.record(session, RoleChanged(actor, user.id, user.username, user.role, role))
        user.role = role
    if user.role == Role.ADMIN:
        remove_all_of(session, actor, user.id)
    _enter_teams(session, user.id, actor, inviter, row)


def _recheck_grants(session: Unit, user_id: UUID, actor: Actor, inviter: Actor) -> bool:
    """Revoke grants that the inviter could no longer make, and return whether they could still invite at all."""
    if inviter.is_admin:
        return True
    given = fetch_all(queries.select_websites_given, user_id=user_id, actor_id=inviter.id)
    held = {site.id for site in given if policy.can_change_website(inviter, site, Permission.WEBSITE_ACCESS)}
    lost = [site.id for site in given if site.granted_by == inviter.id and site.id not in held]
    if lost:
        remove_all_on(session, actor, user_id, lost)
    return bool(held)


def _enter_teams(session: Unit, user_id: UUID, actor: Actor, inviter: Actor, row: InvitationRecord) -> None:
    roles = {UUID(entry["team_id"]): entry["role"] for entry in row.teams}
    entered = {member.team_id for member in fetch_all(queries.select_team_ids_of, user_id=user_id)}
    for team in limits.teams_to_enter(inviter, list(roles)):
        role = roles[team.id]
        if team.id not in entered and policy.can_change_member(inviter, team.role, None, role):
            session.add(Membership(team_id=team.id, user_id=user_id, role=role))
            events.record(session, MembershipAdded(actor, team.id, user_id, role))


@retried
def decline(visitor: Actor, token: str) -> None:
    """
    Decline the invitation: delete the pending account, and notify the inviter.

    :raises LinkGone, LinkExpired, Throttled: see ``find``
    :raises OwnsWebsites: the account owns websites already
    """
    row = _find(token, visitor.address)
    actor = _by_link(visitor, row)
    with transaction() as session:
        inviter = _required(row, session.get(User, row.inviter_id) if row.inviter_id else None)
        try:
            delete_pending(session, actor, row, with_websites=False, token=token)
        except (AlreadyAccepted, NotFound):
            raise LinkGone from None
        email = None if inviter is None else inviter.email
        events.record(session, InvitationDeclined(actor, row.id, row.user_id, row.username, email))
