"""Leaving and dissolving teams. For services that have already checked permission."""

from uuid import UUID

from sqlalchemy import delete, select

from app.db.session import Unit
from app.domain.actor import Actor
from app.domain.errors import UnknownTeam
from app.domain.roles import TeamRole
from app.models import Membership, Team, User
from app.queries import memberships as queries
from app.services import events
from app.services.events import MembershipAdded, MembershipChanged, MembershipRemoved, TeamDeleted
from app.services.websites.handing_on import hand_on


def lock_team(session: Unit, team_id: UUID) -> str:
    """
    Lock the team and its memberships until the transaction ends, and return the team's name.

    :raises UnknownTeam: there is no such team, or it was just deleted
    """
    name = session.scalar(select(Team.name).where(Team.id == team_id).with_for_update())
    if name is None:
        raise UnknownTeam
    return name


def dissolve(session: Unit, actor: Actor, team_id: UUID, name: str, *, heir_id: UUID | None) -> None:
    """Delete a locked team; its websites go to the heir, or are deleted with it if there is none."""
    hand_on(session, actor, heir_id, team_id=team_id)
    session.execute(delete(Membership).where(Membership.team_id == team_id))
    session.execute(delete(Team).where(Team.id == team_id))
    events.record(session, TeamDeleted(actor, team_id, name, heir_id))


def find_member(session: Unit, team_id: UUID, user_id: UUID) -> Membership | None:
    """Return the membership, to be changed, or None if there is none."""
    return session.scalar(
        select(Membership)
        .join(User, User.id == Membership.user_id)
        .where(Membership.team_id == team_id, Membership.user_id == user_id, User.deleted_at.is_(None))
    )


def leave_all_teams(session: Unit, actor: Actor, user_id: UUID, *, heir_id: UUID | None) -> None:
    """
    End all memberships of a user who is about to be deleted.

    A team whose only owner leaves goes to the heir, or else to the longest-standing manager, or else to the
    longest-standing member. A team that would be left empty goes to the heir, or is dissolved if there is none.
    """
    teams = session.execute(
        select(Team.id, Team.name)
        .join(Membership, Membership.team_id == Team.id)
        .where(Membership.user_id == user_id)
        .order_by(Team.id)
        .with_for_update(of=Team)
    ).all()
    for team in teams:
        _leave(session, actor, team.id, team.name, user_id, heir_id)


def _leave(session: Unit, actor: Actor, team_id: UUID, name: str, user_id: UUID, heir_id: UUID | None) -> None:
    member = find_member(session, team_id, user_id)
    successor = session.scalar(queries.select_successor, {"team_id": team_id, "user_id": user_id})
    if member is None:  # the user left while this call waited for the lock on the team
        return
    owned = member.role == TeamRole.OWNER
    orphaned = successor is None or (owned and successor.role != TeamRole.OWNER)
    if orphaned and heir_id is not None:
        successor = find_member(session, team_id, heir_id)
        if successor is None:
            successor = Membership(team_id=team_id, user_id=heir_id, role=TeamRole.OWNER)
            session.add(successor)
            events.record(session, MembershipAdded(actor, team_id, heir_id, TeamRole.OWNER))
            orphaned = False
    if successor is None:
        dissolve(session, actor, team_id, name, heir_id=None)
        return
    if orphaned:
        changed = MembershipChanged(actor, team_id, successor.user_id, successor.role, TeamRole.OWNER)
        events.record(session, changed)
        successor.role = TeamRole.OWNER
    events.record(session, MembershipRemoved(actor, team_id, user_id, member.role))
    session.delete(member)
    session.flush()
