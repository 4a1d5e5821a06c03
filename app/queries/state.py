"""
Statements that read everything that a state file can manage, a table each.

They join nothing: the database may have been filled just now, and a plan without statistics would take minutes. So they
also find what belongs to deleted users, teams and websites.
"""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from app.db.sql.columns import select_fields
from app.db.sql.query import Query
from app.models import ApiKey, Grant, GrantedCapability, Invitation, Membership, Team, User, Website


class UserState(NamedTuple):
    """A living account."""

    id: UUID
    username: str
    role: str
    email: str | None
    display_name: str | None
    disabled_at: datetime | None
    service_account: bool
    pending: bool


class InvitationState(NamedTuple):
    """What a pending account gets when the invitation is accepted."""

    user_id: UUID
    role: str
    teams: list[dict[str, Any]]


class TeamState(NamedTuple):
    """A living team."""

    id: UUID
    name: str


class MemberState(NamedTuple):
    """A membership."""

    team_id: UUID
    user_id: UUID
    role: str


class WebsiteState(NamedTuple):
    """A living website."""

    id: UUID
    name: str
    domain: str | None
    user_id: UUID | None
    team_id: UUID | None


class GrantState(NamedTuple):
    """The role of a user on a website."""

    user_id: UUID
    website_id: UUID
    role: str


class CapabilityState(NamedTuple):
    """A capability of a user on a website."""

    user_id: UUID
    website_id: UUID
    capability: str


class KeyState(NamedTuple):
    """An API key."""

    id: UUID
    user_id: UUID
    name: str
    scopes: str | None
    expires_at: datetime | None


select_users = Query(
    select_fields(User, UserState).where(User.deleted_at.is_(None)).order_by(User.username_key, User.username, User.id),
    UserState,
)
select_invitations = Query(
    select_fields(Invitation, InvitationState).where(Invitation.accepted_at.is_(None)),
    InvitationState,
)
select_teams = Query(
    select_fields(Team, TeamState).where(Team.deleted_at.is_(None)).order_by(Team.name_key, Team.name, Team.id),
    TeamState,
)
select_members = Query(
    select_fields(Membership, MemberState).order_by(Membership.created_at, Membership.id),
    MemberState,
)
select_websites = Query(
    select_fields(Website, WebsiteState)
    .where(Website.deleted_at.is_(None))
    .order_by(Website.name_key, Website.name, Website.id),
    WebsiteState,
)
select_grants = Query(select_fields(Grant, GrantState), GrantState)
select_capabilities = Query(select_fields(GrantedCapability, CapabilityState), CapabilityState)
select_keys = Query(select_fields(ApiKey, KeyState).order_by(ApiKey.created_at, ApiKey.id), KeyState)
