"""Authorization: one small function for each question whether an actor is allowed to do something."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID

from app.domain.actor import Actor, CredentialKind
from app.domain.errors import ConfirmationNeeded, Denied, MissingScope
from app.domain.permissions import ROLE_RANKS, Permission, grants, site_grants
from app.domain.roles import Role, SiteRole, TeamRole
from app.domain.scopes import ANY_KEY, UMAMI_SCOPES, KeyRule, Scope, accepting

SEES_ACCESS_CODE = frozenset({TeamRole.OWNER.value, TeamRole.MANAGER.value})

NEEDED = {SiteRole.WRITE: Permission.WEBSITE_UPDATE, SiteRole.ADMIN: Permission.WEBSITE_ACCESS}
"""The permission that proves an access level on a website."""

CONFIRMED_FOR = timedelta(minutes=15)
"""How long after a login, or after confirming the password, an actor can do what needs ``require_confirmed``."""
CONFIRMED_BY_PASSWORD = frozenset({CredentialKind.SESSION, CredentialKind.ACCESS_TOKEN})
"""Credentials that may be stolen or left behind, so that they do not suffice alone for the most dangerous changes."""


class Owned(Protocol):
    """
    What authorization needs of a website.

    ``team_role`` is the actor's role in the website's team, ``grant_role`` the role of the actor's direct grant; None
    without one.
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
    """Raise ``error`` unless ``allowed``, the result of a policy function. :raises Denied: not allowed"""
    if not allowed:
        raise error


def require_scope(actor: Actor, rule: KeyRule) -> None:
    """
    Make sure that the actor's key may be used for this. Callers without a key are not limited. Each API asks before
    it calls a service.

    :raises Denied: no key is accepted, or the key is one of Umami's, which cannot do this
    :raises MissingScope: the key does not have the scope
    """
    given = actor.credential.scopes
    if given is None or rule == ANY_KEY:
        return
    if rule is None:
        raise Denied
    if given.isdisjoint(accepting(rule)):
        raise Denied if given is UMAMI_SCOPES else MissingScope(rule)  # equal scopes may also have been chosen


def require_confirmed(actor: Actor) -> None:
    """
    Make sure that it is still the user who acts, for changes that do lasting harm when they come from another person.

    The user must have logged in, or confirmed the password, within ``CONFIRMED_FOR``. A program uses an API key with
    the scope ``admin``.

    :raises ConfirmationNeeded: the last time was too long ago
    :raises MissingScope: the key does not have the scope
    """
    require_scope(actor, Scope.ADMIN)
    if actor.credential.kind in CONFIRMED_BY_PASSWORD:
        at = actor.credential.confirmed_at
        require(at is not None and datetime.now(UTC) - at < CONFIRMED_FOR, ConfirmationNeeded)


def require_power_over(actor: Actor, *roles: str) -> None:
    """
    Make sure that the actor may create, or take over, an account with one of these roles: see ``require_confirmed``.

    Neither a stolen session nor a key without the scope must make its bearer an administrator in another way.
    """
    if Role.ADMIN in roles:
        require_confirmed(actor)


def can_manage_keys(actor: Actor, user_id: UUID) -> bool:
    """Users manage their own API keys, administrators everyone's; but only in a session, or at the command line."""
    with_session = actor.credential.kind in (CredentialKind.SESSION, CredentialKind.OPERATOR)
    return with_session and can_see_user(actor, user_id)


def can_administer(actor: Actor) -> bool:
    """Only administrators manage accounts and list everything."""
    return actor.is_admin


def can_read_audit(actor: Actor) -> bool:
    """Only administrators read the audit log."""
    return actor.is_admin


def can_see_user(actor: Actor, user_id: UUID) -> bool:
    """Administrators can see all users; other users only themselves."""
    return actor.is_admin or actor.is_user(user_id)


def can_create_team(actor: Actor, owner_id: UUID | None) -> bool:
    """View-only users cannot create teams, and only administrators can create one for another owner."""
    if actor.is_admin:
        return True
    return grants(actor.role, Permission.TEAM_CREATE) and (owner_id is None or actor.is_user(owner_id))


def can_see_team(actor: Actor, team_role: str | None) -> bool:
    """Administrators, and members of the team in any role."""
    return actor.is_admin or team_role is not None


def may_in_team(actor: Actor, team_role: str | None, permission: Permission) -> bool:
    """Administrators can do everything in every team, members what their role grants."""
    return actor.is_admin or grants(team_role, permission)


def may(permission: Permission) -> Callable[[Actor, str | None], bool]:
    """Return a policy function: whether an actor with a given role in a team has this permission there."""
    return lambda actor, team_role: may_in_team(actor, team_role, permission)


def can_change_member(actor: Actor, team_role: str | None, current: str | None, new: str | None = None) -> bool:
    """
    Actors who can change the team; only owners can appoint, change and remove owners.

    In Umami managers can remove the owner, which leaves a team that only administrators can delete.
    """
    touches_owner = TeamRole.OWNER in (current, new)
    return may_in_team(actor, team_role, Permission.TEAM_APPOINT_OWNER if touches_owner else Permission.TEAM_UPDATE)


def sees_access_code(actor: Actor, team_role: str | None) -> bool:
    """Administrators, owners and managers, since anyone with the code can join the team."""
    return actor.is_admin or team_role in SEES_ACCESS_CODE


def can_create_website(actor: Actor, team_id: UUID | None, team_role: str | None) -> bool:
    """The actor's global role must allow it and, for a team's website, the role in that team too."""
    if actor.is_admin:
        return True
    return grants(actor.role, Permission.WEBSITE_CREATE) and (
        team_id is None or grants(team_role, Permission.WEBSITE_CREATE)
    )


def can_see_website(actor: Actor, website: Owned) -> bool:
    """The website's owner, members of its team, administrators, users with a grant on it, and bearers of its share."""
    if actor.share is not None and actor.share.shows(website.id):
        return True
    return can_manage_shares_of(actor, website)


def can_manage_shares_of(actor: Actor, website: Owned) -> bool:
    """The same as ``can_see_website`` without share tokens: their bearers must not see the other shares."""
    if actor.is_admin or actor.is_user(website.user_id) or website.grant_role is not None:
        return True
    return website.user_id is None and website.team_role is not None


def can_change_website(actor: Actor, website: Owned, permission: Permission) -> bool:
    """
    Administrators, the owner, and users whose direct grant or role in the website's team includes the permission.

    As in Umami, owners keep full control of their own websites whatever their global role.
    """
    if actor.is_admin or actor.is_user(website.user_id) or site_grants(website.grant_role, permission):
        return True
    return website.user_id is None and grants(website.team_role, permission)


def has_right(actor: Actor, website: Owned, right: SiteRole) -> bool:
    """Whether the actor has at least this access level on a website, by role, ownership, team, grant or share."""
    if right is SiteRole.VIEW:
        return can_see_website(actor, website)
    return can_change_website(actor, website, NEEDED[right])


def can_take_website(actor: Actor, website: Owned, user_id: UUID) -> bool:
    """Owners of a team can transfer its websites to themselves. Administrators are not exempt."""
    return (
        website.team_id is not None and actor.is_user(user_id) and grants(website.team_role, Permission.WEBSITE_TO_USER)
    )


def can_give_website(actor: Actor, website: Owned, target_role: str | None) -> bool:
    """Users can transfer their own websites into a team that they own or manage. Administrators are not exempt."""
    return actor.is_user(website.user_id) and grants(target_role, Permission.WEBSITE_TO_TEAM)


def can_give_role(actor: Actor, role: str) -> bool:
    """Invitations can give a global role up to the inviter's own."""
    return ROLE_RANKS[role] <= ROLE_RANKS[actor.role]


def can_manage_invitation(actor: Actor, inviter_id: UUID | None) -> bool:
    """Administrators can manage every invitation, other users the ones they sent."""
    return actor.is_admin or actor.is_user(inviter_id)
