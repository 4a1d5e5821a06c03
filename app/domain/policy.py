"""Who may do what: one question, one small function (umami-api.md, section 2.2)."""

from collections.abc import Callable
from typing import Protocol
from uuid import UUID

from app.domain.actor import Actor
from app.domain.errors import Denied
from app.domain.permissions import ROLE_RANKS, Permission, grants, site_grants
from app.domain.roles import SiteRole, TeamRole

SEES_ACCESS_CODE = frozenset({TeamRole.OWNER.value, TeamRole.MANAGER.value})

NEEDED = {SiteRole.WRITE: Permission.WEBSITE_UPDATE, SiteRole.ADMIN: Permission.WEBSITE_ACCESS}
"""What tells that somebody has this right on a website."""


class Owned(Protocol):
    """
    A website, as far as rights on it are concerned; ``team_role`` is the actor's in its team, ``grant_role`` the
    actor's by direct grant.
    """

    @property
    def id(self) -> UUID: ...
    @property
    def user_id(self) -> UUID | None: ...
    @property
    def team_id(self) -> UUID | None: ...
    @property
    def team_role(self) -> str | None: ...
    @property
    def grant_role(self) -> str | None: ...


def require(allowed: bool, error: type[Denied] = Denied) -> None:
    """:raises Denied: the answer of a policy question was no; ``error`` says which"""
    if not allowed:
        raise error


def can_administer(actor: Actor) -> bool:
    """Accounts, and lists of everything, are the administrators' business."""
    return actor.is_admin


def can_see_user(actor: Actor, user_id: UUID) -> bool:
    """Administrators see everybody; others themselves."""
    return actor.is_admin or actor.is_user(user_id)


def can_create_team(actor: Actor, owner_id: UUID | None) -> bool:
    """View-only users do not; only administrators create for somebody else (W10)."""
    if actor.is_admin:
        return True
    return grants(actor.role, Permission.TEAM_CREATE) and (owner_id is None or actor.is_user(owner_id))


def can_see_team(actor: Actor, team_role: str | None) -> bool:
    """Any membership will do."""
    return actor.is_admin or team_role is not None


def may_in_team(actor: Actor, team_role: str | None, permission: Permission) -> bool:
    """Administrators may everything in every team, members what their role grants."""
    return actor.is_admin or grants(team_role, permission)


def may(permission: Permission) -> Callable[[Actor, str | None], bool]:
    """The question whether the actor may do this in a team, given the role there."""
    return lambda actor, team_role: may_in_team(actor, team_role, permission)


def can_change_member(actor: Actor, team_role: str | None, current: str | None, new: str | None = None) -> bool:
    """It takes the right to change the team; owners are made and changed by owners alone (W6)."""
    touches_owner = TeamRole.OWNER in (current, new)
    return may_in_team(actor, team_role, Permission.TEAM_APPOINT_OWNER if touches_owner else Permission.TEAM_UPDATE)


def sees_access_code(actor: Actor, team_role: str | None) -> bool:
    """Those who may change it (W25)."""
    return actor.is_admin or team_role in SEES_ACCESS_CODE


def can_create_website(actor: Actor, team_id: UUID | None, team_role: str | None) -> bool:
    """The global role must allow it, and for a team the role there as well."""
    if actor.is_admin:
        return True
    return grants(actor.role, Permission.WEBSITE_CREATE) and (
        team_id is None or grants(team_role, Permission.WEBSITE_CREATE)
    )


def can_see_website(actor: Actor, website: Owned) -> bool:
    """Its owner, members of its team, administrators, whoever has a grant on it, or bears a share of it."""
    if actor.share is not None and actor.share.website_id == website.id:
        return True
    return can_manage_shares_of(actor, website)


def can_manage_shares_of(actor: Actor, website: Owned) -> bool:
    """As seeing the website, without share tokens: their bearers do not see who else was invited."""
    if actor.is_admin or actor.is_user(website.user_id) or website.grant_role is not None:
        return True
    return website.user_id is None and website.team_role is not None


def can_change_website(actor: Actor, website: Owned, permission: Permission) -> bool:
    """Its owner whatever their global role (W34), or what a direct grant or the role in its team carries."""
    if actor.is_admin or actor.is_user(website.user_id) or site_grants(website.grant_role, permission):
        return True
    return website.user_id is None and grants(website.team_role, permission)


def has_right(actor: Actor, website: Owned, right: SiteRole) -> bool:
    """Whether the actor's right on a website, from whatever source, is at least this one (domain.md, section 3)."""
    if right is SiteRole.VIEW:
        return can_see_website(actor, website)
    return can_change_website(actor, website, NEEDED[right])


def can_take_website(actor: Actor, website: Owned, user_id: UUID) -> bool:
    """Out of a team to a user: to oneself, by those who own the team; administrators have no bypass."""
    return (
        website.team_id is not None and actor.is_user(user_id) and grants(website.team_role, Permission.WEBSITE_TO_USER)
    )


def can_give_website(actor: Actor, website: Owned, target_role: str | None) -> bool:
    """One's own, into a team that one owns or manages; administrators have no bypass."""
    return actor.is_user(website.user_id) and grants(target_role, Permission.WEBSITE_TO_TEAM)


def can_give_role(actor: Actor, role: str) -> bool:
    """A global role to somebody who is invited: none above one's own."""
    return ROLE_RANKS[role] <= ROLE_RANKS[actor.role]


def can_manage_invitation(actor: Actor, inviter_id: UUID | None) -> bool:
    """Administrators every invitation, others those that they made."""
    return actor.is_admin or actor.is_user(inviter_id)
