"""The other side of an invitation's link: looked at, accepted, declined. Whoever has the link may."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete

from app.db.reads import fetch_all
from app.db.session import Unit, execute_count, retried, transaction
from app.domain import policy
from app.domain.actor import OPERATOR, Actor
from app.domain.errors import AlreadyAccepted, LinkExpired, LinkGone, NotFound
from app.domain.message_kinds import Kind
from app.domain.password_rules import check_new_password
from app.domain.permissions import Permission, stronger_role, weaker_role
from app.domain.roles import Role
from app.models import Grant, GrantedCapability, Membership, User, utcnow
from app.queries import invitations as queries
from app.queries.invitations import InvitationRecord, WebsiteOffered
from app.security.tokens import hash_token
from app.services.access import grants
from app.services.authentication import login
from app.services.authentication.link_lookup import look_up
from app.services.invitations import limits, manage
from app.services.invitations.views import State, state_of
from app.services.notifications import outbox


@dataclass(frozen=True, slots=True)
class Offer:
    """An invitation as whoever has its link may see it."""

    username: str
    email: str | None
    role: str
    inviter_name: str | None
    expires_at: datetime
    websites: Sequence[WebsiteOffered]
    teams: Sequence[str]


def find(token: str, *, address: str = "") -> Offer:
    """
    What the link offers; looking changes nothing.

    :raises LinkGone: the link was never good, or is no longer: used, taken back, or its inviter is gone
    :raises LinkExpired: its time is over
    :raises Throttled: too many wrong links lately from the address
    """
    row = _find(token, address)
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


def accept(token: str, password: str, *, address: str = "") -> str:
    """
    Take the account over, once: of many at the same moment one succeeds. Answers the username.

    What the invitation gives is what its inviter may give now: grants of theirs that they could not make any more are
    taken back, teams are entered where they could add somebody, the role is no stronger than their own. An inviter who
    is no administrator and administers none of the websites any more could not invite at all, and gives no role.

    :raises LinkGone, LinkExpired, Throttled: see ``find``
    :raises Invalid: the password breaks a rule
    """
    row = _find(token, address)
    check_new_password(password)
    hashed = login.hash_password(password)
    return _accept(row, token, hashed)


@retried
def _accept(row: InvitationRecord, token: str, hashed: str) -> str:
    with transaction() as session:
        user = session.get(User, row.user_id, with_for_update={"key_share": True})
        values = {"accepted_id": row.id, "hash_of_token": hash_token(token), "now": utcnow()}
        if user is None or not user.pending or not execute_count(queries.accept, **values):
            raise LinkGone
        inviter = _inviter(session, row)
        actor = Actor(id=inviter.id, username=inviter.username, role=inviter.role) if inviter else OPERATOR
        user.password_hash, user.pending = hashed, False
        _give(session, user, actor, row)
        if inviter is not None and inviter.email is not None:
            outbox.queue(Kind.INVITATION_ACCEPTED, inviter.email, username=user.username)
        return user.username


def _inviter(session: Unit, row: InvitationRecord) -> User | None:
    """None is the operator. :raises LinkGone: the inviter is gone"""
    inviter = session.get(User, row.inviter_id) if row.inviter_id else None
    if not row.by_operator and (inviter is None or inviter.deleted_at is not None):
        raise LinkGone
    return inviter


def _give(session: Unit, user: User, inviter: Actor, row: InvitationRecord) -> None:
    may_invite = _recheck_grants(session, user.id, inviter)
    if may_invite:
        user.role = stronger_role(user.role, weaker_role(row.role, inviter.role or Role.VIEW_ONLY))
    if user.role == Role.ADMIN:
        grants.remove_all_of(user.id)
    _enter_teams(session, user.id, inviter, row)


def _recheck_grants(session: Unit, user_id: UUID, inviter: Actor) -> bool:
    """Take back what the inviter gave and could not give now; answers whether they could still invite at all."""
    if inviter.is_admin:
        return True
    given = fetch_all(queries.select_websites_given, user_id=user_id, actor_id=inviter.id)
    held = {site.id for site in given if policy.can_change_website(inviter, site, Permission.WEBSITE_ACCESS)}
    lost = [site.id for site in given if site.granted_by == inviter.id and site.id not in held]
    if lost:
        for table in (GrantedCapability, Grant):
            session.execute(delete(table).where(table.user_id == user_id, table.website_id.in_(lost)))
    return bool(held)


def _enter_teams(session: Unit, user_id: UUID, inviter: Actor, row: InvitationRecord) -> None:
    roles = {UUID(entry["team_id"]): entry["role"] for entry in row.teams}
    entered = {member.team_id for member in fetch_all(queries.select_team_ids_of, user_id=user_id)}
    for team in limits.teams_to_enter(inviter, list(roles)):
        role = roles[team.id]
        if team.id not in entered and policy.can_change_member(inviter, team.role, None, role):
            session.add(Membership(team_id=team.id, user_id=user_id, role=role))


@retried
def decline(token: str, *, address: str = "") -> None:
    """
    Say no: the account that waits is deleted, and the inviter told.

    :raises LinkGone, LinkExpired, Throttled: see ``find``
    :raises Conflict: the account owns websites already
    """
    row = _find(token, address)
    with transaction() as session:
        inviter = _inviter(session, row)
        try:
            manage.delete_pending(session, row, with_websites=False, token=token)
        except (AlreadyAccepted, NotFound):
            raise LinkGone from None
        if inviter is not None and inviter.email is not None:
            outbox.queue(Kind.INVITATION_DECLINED, inviter.email, username=row.username)
