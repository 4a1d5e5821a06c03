"""Statements about invitations."""

from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, and_, bindparam, or_, select, update
from sqlalchemy.orm import aliased

from app.db.sql.pagination import paged
from app.db.sql.query import PageQuery, Query
from app.db.sql.search import Match, like_folded
from app.domain.errors import SHOWN_IN_MESSAGES
from app.models import Grant, Invitation, Membership, Team, User, Website
from app.queries.rows import Id, RoleInTeam, WebsiteRights
from app.queries.websites import grant_role, team_role

SHOWN = 100
"""The maximum number of websites or teams whose names an invitation shows."""

Inviter = aliased(User, name="inviter")
_INVITED = and_(User.id == Invitation.user_id, User.deleted_at.is_(None))
_INVITER = and_(Inviter.id == Invitation.inviter_id, Inviter.deleted_at.is_(None))

COLUMNS = (
    Invitation.id.label("id"),
    Invitation.user_id,
    Invitation.by_operator,
    Invitation.role,
    Invitation.teams,
    Invitation.grants,
    Invitation.created_at,
    Invitation.expires_at,
    Invitation.accepted_at,
    User.username,
    User.email,
    Inviter.id.label("inviter_id"),
    Inviter.username.label("inviter_name"),
    Inviter.display_name.label("inviter_display_name"),
)


class InvitationRecord(NamedTuple):
    """An invitation. The three columns of the inviter are null if that account has been deleted."""

    id: UUID
    user_id: UUID
    by_operator: bool
    role: str
    teams: list[dict[str, Any]]
    grants: list[dict[str, Any]]
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None
    username: str
    email: str | None
    inviter_id: UUID | None
    inviter_name: str | None
    inviter_display_name: str | None


class WebsiteGiven(NamedTuple):
    """``WebsiteRights``, and who gave the invited user's grant."""

    id: UUID
    user_id: UUID | None
    team_id: UUID | None
    team_role: str | None
    grant_role: str | None
    granted_by: UUID | None


class TeamId(NamedTuple):
    """A team by its id."""

    team_id: UUID


class WebsiteOffered(NamedTuple):
    """The name of a website and the role of a grant on it."""

    name: str
    role: str


class TeamName(NamedTuple):
    """The name of a team."""

    name: str


_invitation = select(*COLUMNS).select_from(Invitation).join(User, _INVITED).outerjoin(Inviter, _INVITER)
_has_token = or_(
    Invitation.token_hash == bindparam("hash_of_token"), Invitation.link_token_hash == bindparam("hash_of_token")
)

select_invitation = Query(_invitation.where(Invitation.id == bindparam("invitation_id")), InvitationRecord)
select_invitations_called = Query(
    _invitation.where(
        or_(
            Invitation.id == bindparam("invitation_id"),
            User.username_key == bindparam("key"),
            User.email_key == bindparam("key"),
        )
    ).limit(SHOWN_IN_MESSAGES + 1),
    InvitationRecord,
)
"""Invitations by id, or by the folded username or e-mail address. Values: ``invitation_id``, ``key``."""
select_invitation_of = Query(_invitation.where(Invitation.user_id == bindparam("user_id")), InvitationRecord)
select_by_token = Query(_invitation.where(_has_token), InvitationRecord)
"""The invitation of a link, mailed or copied. Value: ``hash_of_token``."""

accept = (
    update(Invitation)
    .where(
        Invitation.id == bindparam("accepted_id"),
        Invitation.accepted_at.is_(None),
        Invitation.expires_at > bindparam("now", type_=Invitation.expires_at.type),
        _has_token,
    )
    .values(accepted_at=bindparam("now", type_=Invitation.expires_at.type), token_hash=None, link_token_hash=None)
)
"""
Mark an invitation as accepted and void its links, if the link is still valid. Of concurrent requests, only one changes
the row. Values: ``accepted_id``, ``hash_of_token``, ``now``.
"""


@cache
def select_invitations(*, own: bool, match: Match | None, few: bool, capped: bool) -> PageQuery[InvitationRecord]:
    """A page of all invitations, or with ``own`` of those that ``inviter_id`` sent, newest first."""
    hits = select(Invitation.id).join(User, _INVITED)
    if own:
        hits = hits.where(Invitation.inviter_id == bindparam("inviter_id"))
    if match:
        hits = hits.where(or_(like_folded(User.username_key), like_folded(User.email_key)))
    order = [(Invitation.created_at, True), (Invitation.id, True)]
    joins: list[tuple[Any, ColumnElement[bool]]] = [(User, _INVITED), (Inviter, _INVITER)]
    return PageQuery(paged(hits, Invitation.id, COLUMNS, order, joins=joins, few=few, capped=capped), InvitationRecord)


_RIGHTS = (Website.id.label("id"), Website.user_id, Website.team_id, team_role, grant_role)

select_websites_to_give = Query(
    select(*_RIGHTS).where(
        Website.id.in_(bindparam("website_ids", type_=Uuid(), expanding=True)), Website.deleted_at.is_(None)
    ),
    WebsiteRights,
)
"""Living websites with the actor's roles. Values: ``website_ids``, a list, and ``actor_id``."""

select_websites_given = Query(
    select(*_RIGHTS, Grant.granted_by)
    .join(Grant, Grant.website_id == Website.id)
    .where(Grant.user_id == bindparam("user_id"), Website.deleted_at.is_(None)),
    WebsiteGiven,
)
"""The websites of a user's grants, with who gave each one and the actor's roles. Values: ``user_id``, ``actor_id``."""

select_teams_to_enter = Query(
    select(Team.id.label("id"), Membership.role)
    .outerjoin(Membership, (Membership.team_id == Team.id) & (Membership.user_id == bindparam("actor_id")))
    .where(Team.id.in_(bindparam("team_ids", type_=Uuid(), expanding=True)), Team.deleted_at.is_(None))
    .order_by(Team.id)
    .with_for_update(read=True, of=Team),
    RoleInTeam,
)
"""
Living teams with the actor's role in each, locked until the transaction ends. Values: ``team_ids``, a list, and
``actor_id``.
"""

select_team_ids_of = Query(select(Membership.team_id).where(Membership.user_id == bindparam("user_id")), TeamId)

select_website_names = Query(
    select(Website.name, Grant.role)
    .join(Grant, Grant.website_id == Website.id)
    .where(Grant.user_id == bindparam("user_id"), Website.deleted_at.is_(None))
    .order_by(Website.name_key, Website.name, Website.id)
    .limit(SHOWN),
    WebsiteOffered,
)
"""The names of websites that a user has grants on, and the roles. Value: ``user_id``."""

select_team_names = Query(
    select(Team.name)
    .where(Team.id.in_(bindparam("team_ids", type_=Uuid(), expanding=True)), Team.deleted_at.is_(None))
    .order_by(Team.name_key, Team.name, Team.id),
    TeamName,
)
"""Value: ``team_ids``, a list."""

select_holdings = Query(select(Website.id.label("id")).where(Website.user_id == bindparam("user_id")).limit(1), Id)
"""Whether a user owns any website. Value: ``user_id``."""

adopt_grants = (
    update(Grant)
    .where(
        Grant.user_id == bindparam("holder_id"),
        Grant.website_id.in_(bindparam("website_ids", type_=Uuid(), expanding=True)),
        Grant.granted_by.is_(None),
    )
    .values(granted_by=bindparam("adopter_id", type_=Uuid()))
)
"""
Set who gave a user's grants where that is not known. Values: ``holder_id``, ``website_ids``, a list, and
``adopter_id``.
"""
