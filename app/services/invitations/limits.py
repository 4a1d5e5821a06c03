"""Limits of what an invitation gives: never more than its inviter could give directly."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.db.reads import fetch_all
from app.domain import policy
from app.domain.actor import Actor
from app.domain.errors import (
    Denied,
    Duplicates,
    GrantsForAdmin,
    OutOfRange,
    TooMany,
    UnknownReference,
    UnknownRole,
)
from app.domain.invitations import LEAST_DAYS, MOST_DAYS, MOST_GIVEN
from app.domain.permissions import Permission
from app.domain.roles import Role, SiteRole, TeamRole
from app.models import utcnow
from app.queries import invitations as queries
from app.queries.rows import RoleInTeam, WebsiteRights
from app.runtime import runtime

Entries = Sequence[Mapping[str, Any]]
"""``{"website_id": …, "role": …}`` or ``{"team_id": …, "role": …}``."""


def check_gifts(role: str, teams: Entries, grants: Entries) -> None:
    """
    Check roles, number and uniqueness of what an invitation gives.

    :raises UnknownRole: a role does not exist
    :raises TooMany: there are more than ``MOST_GIVEN`` teams or grants
    :raises Duplicates: a team or a website is named twice
    """
    if role not in list(Role):
        raise UnknownRole("role", role)
    for field, entries, key, roles in (
        ("teams", teams, "team_id", TeamRole),
        ("grants", grants, "website_id", SiteRole),
    ):
        if len(entries) > MOST_GIVEN:
            raise TooMany(field, MOST_GIVEN)
        if len({entry[key] for entry in entries}) < len(entries):
            raise Duplicates(field)
        for entry in entries:
            if entry["role"] not in list(roles):
                raise UnknownRole(field, entry["role"])


def require_rights(actor: Actor, role: str, teams: Entries, grants: Entries) -> None:
    """
    Make sure that the actor can give this role and these memberships and grants.

    :raises Denied: the actor cannot give one of them; also if it does not exist, unless the actor is an administrator
    :raises UnknownReference: a team or a website does not exist, and the actor is an administrator
    :raises GrantsForAdmin: the invited user is to be an administrator, who has access to everything anyway
    """
    policy.require(policy.can_give_role(actor, role) and (actor.is_admin or bool(grants)))
    policy.require_power_over(actor, role)
    if role == Role.ADMIN and grants:
        raise GrantsForAdmin("grants")
    websites = {row.id: row for row in websites_to_give(actor, [entry["website_id"] for entry in grants])}
    entered = {row.id: row for row in teams_to_enter(actor, [entry["team_id"] for entry in teams])}
    for entry in grants:
        website = websites.get(entry["website_id"])
        if website is None:
            raise UnknownReference("grants", "website") if actor.is_admin else Denied
        policy.require(policy.can_change_website(actor, website, Permission.WEBSITE_ACCESS))
    for entry in teams:
        team = entered.get(entry["team_id"])
        if team is None:
            raise UnknownReference("teams", "team") if actor.is_admin else Denied
        policy.require(policy.can_change_member(actor, team.role, None, entry["role"]))


def websites_to_give(actor: Actor, website_ids: Sequence[UUID]) -> Sequence[WebsiteRights]:
    """Return those of the websites that exist, with the actor's access to them."""
    if not website_ids:
        return []
    return fetch_all(queries.select_websites_to_give, website_ids=list(website_ids), actor_id=actor.id)


def teams_to_enter(actor: Actor, team_ids: Sequence[UUID]) -> Sequence[RoleInTeam]:
    """Lock those of the teams that exist, and return them with the actor's role in each."""
    if not team_ids:
        return []
    return fetch_all(queries.select_teams_to_enter, team_ids=list(team_ids), actor_id=actor.id)


def end_after(days: float | None) -> datetime:
    """
    Return when a link that is created now expires.

    :param days: ``invitation_days`` by default
    :raises OutOfRange: not between ``LEAST_DAYS`` and ``MOST_DAYS``
    """
    if days is None:
        days = runtime().config.invitation_days
    elif not LEAST_DAYS <= days <= MOST_DAYS:
        raise OutOfRange("days", LEAST_DAYS, MOST_DAYS, "days")
    return utcnow() + timedelta(days=days)


def stored(entries: Entries) -> list[dict[str, Any]]:
    """Return the entries in the form in which the invitation's row stores them."""
    return [{name: str(value) for name, value in entry.items()} for entry in entries]
