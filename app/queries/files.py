"""Statements of exports and imports of files."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import case, insert, or_, select
from sqlalchemy.orm import aliased

from app.db.sql.columns import select_fields
from app.db.sql.json_list import is_among
from app.db.sql.query import Query
from app.models import (
    ANONYMOUS_ID,
    Grant,
    GrantedCapability,
    Membership,
    Team,
    User,
    Website,
    WebsiteProfile,
)
from app.queries.importing import MemberHere

_living = {model: model.deleted_at.is_(None) for model in (User, Team, Website)}

export_users = (
    select(
        User.id.label("id"),
        User.username,
        User.role,
        User.password_hash.label("password_hash"),
        User.email,
        User.display_name,
        User.external_id,
        User.logo_url,
        User.two_factor_required.label("two_factor_required"),
        User.must_change_password,
        User.service_account,
        User.pending,
        User.disabled_at,
        User.created_at,
        User.updated_at,
    )
    .where(_living[User], User.id != ANONYMOUS_ID)
    .order_by(User.id)
)
export_teams = (
    select(
        Team.id.label("id"),
        Team.name,
        Team.access_code,
        Team.external_id,
        Team.logo_url,
        Team.two_factor_required.label("two_factor_required"),
        Team.created_at,
        Team.updated_at,
    )
    .where(_living[Team])
    .order_by(Team.id)
)
export_memberships = (
    select(
        Membership.id.label("id"),
        Membership.team_id,
        Membership.user_id,
        Membership.role,
        Membership.created_at,
        Membership.updated_at,
    )
    .join(Team, Team.id == Membership.team_id)
    .join(User, User.id == Membership.user_id)
    .where(_living[Team], _living[User])
    .order_by(Membership.team_id, case((Membership.role == "team-owner", 0), else_=1), Membership.id)
)
"""Ordered as the teams are; a team's owners come first."""
export_websites = (
    select(
        Website.id.label("id"),
        Website.name,
        Website.domain,
        Website.user_id,
        Website.team_id,
        Website.created_by,
        Website.external_id,
        Website.reset_at,
        Website.replay_enabled.label("replay_enabled"),
        Website.replay_config,
        WebsiteProfile.urls,
        WebsiteProfile.settings,
        Website.created_at,
        Website.updated_at,
    )
    .outerjoin(WebsiteProfile, WebsiteProfile.website_id == Website.id)
    .where(_living[Website], or_(Website.user_id.is_not(None), Website.team_id.is_not(None)))
    .order_by(Website.id)
)
_holder, _site = aliased(User), aliased(Website)
export_grants = (
    select(Grant.website_id, Grant.user_id, Grant.role, Grant.granted_by, Grant.created_at, Grant.updated_at)
    .join(_holder, _holder.id == Grant.user_id)
    .join(_site, _site.id == Grant.website_id)
    .where(_holder.deleted_at.is_(None), _site.deleted_at.is_(None))
    .order_by(Grant.website_id, Grant.user_id)
)
export_capabilities = select(
    GrantedCapability.website_id, GrantedCapability.user_id, GrantedCapability.capability
).order_by(GrantedCapability.website_id, GrantedCapability.user_id, GrantedCapability.capability)


class Named(NamedTuple):
    """A team or a website."""

    id: UUID
    name: str


class Holder(NamedTuple):
    """An account that can hold grants."""

    id: UUID
    username: str
    role: str
    deleted_at: datetime | None


class GrantOfPair(NamedTuple):
    """A user's grant on a website."""

    website_id: UUID
    user_id: UUID
    role: str


class CapabilityOfPair(NamedTuple):
    """A user's capability on a website."""

    website_id: UUID
    user_id: UUID
    capability: str


named_teams, named_websites = (
    Query(
        select(model.id.label("id"), model.name)
        .where(is_among(model.name, "names"), _living[model])
        .order_by(model.id),
        Named,
    )
    for model in (Team, Website)
)
"""The teams or websites that have one of these names exactly. Value: ``names``, a JSON array, like all lists here."""

external_users, external_teams, external_websites = (
    Query(
        select(model.id.label("id"), model.external_id.label("name")).where(
            is_among(model.external_id, "names"), _living[model]
        ),
        Named,
    )
    for model in (User, Team, Website)
)
"""The users, teams or websites that have one of these external ids, each as its name. Value: ``names``."""

select_pairs = Query(
    select_fields(Membership, MemberHere).where(
        is_among(Membership.team_id, "team_ids"), is_among(Membership.user_id, "user_ids")
    ),
    MemberHere,
)
"""The memberships of these users in these teams. Values: ``team_ids``, ``user_ids``."""

hold_holders = Query(
    select_fields(User, Holder).where(is_among(User.id, "ids")).order_by(User.id).with_for_update(read=True, of=User),
    Holder,
)
"""Accounts, perhaps deleted ones, locked against changes of their roles until the transaction ends. Value: ``ids``."""

select_grants = Query(
    select_fields(Grant, GrantOfPair).where(
        is_among(Grant.website_id, "website_ids"), is_among(Grant.user_id, "user_ids")
    ),
    GrantOfPair,
)
select_capabilities = Query(
    select_fields(GrantedCapability, CapabilityOfPair)
    .where(
        is_among(GrantedCapability.website_id, "website_ids"),
        is_among(GrantedCapability.user_id, "user_ids"),
    )
    .order_by(GrantedCapability.capability),
    CapabilityOfPair,
)
"""The grants, and the capabilities, of these users on these websites. Values: ``website_ids``, ``user_ids``."""

insert_grants, insert_capabilities = (
    insert(model.__table__)  # type: ignore[arg-type]
    for model in (Grant, GrantedCapability)
)
"""Insert many rows. Values: the columns."""
