"""``UsersManager.…``: reading and changing who has which access to which site."""

from typing import Any

from app.api.matomo import access_parameter, parameter_types, serializers
from app.api.matomo.context import add_header, current_actor
from app.api.matomo.filters import TOTAL
from app.api.matomo.parameters import Value
from app.api.matomo.permissions import ADMIN_ON_SITE, ADMIN_ON_SITES, SOME_ADMIN, SUPERUSER
from app.api.matomo.registry import method
from app.domain.roles import SiteRole
from app.domain.scopes import Scope
from app.runtime import runtime
from app.services.matomo import access as access_by_name
from app.services.matomo import people, reports
from app.services.matomo.requirements import require_some

HAS_SOME = "X-Matomo-Has-Some"
ROLES = [
    ("view", "View", "View the website's statistics.", "https://matomo.org/faq/general/faq_70/"),
    (
        "write",
        "Write",
        "View the website's statistics and change its configuration.",
        "https://matomo.org/faq/general/faq_26910",
    ),
    (
        "admin",
        "Admin",
        "View the website's statistics, change its configuration and manage who has access to it.",
        "https://matomo.org/faq/general/faq_69/",
    ),
]


@method("UsersManager.getAvailableRoles", access=SOME_ADMIN, scope=Scope.USERS_READ)
def get_available_roles() -> list[dict[str, Any]]:
    """Return the roles that users can have on a site."""
    require_some(current_actor(), SiteRole.ADMIN)
    return [dict(zip(("id", "name", "description", "helpUrl"), role, strict=True)) for role in ROLES]


@method("UsersManager.getAvailableCapabilities", access=SOME_ADMIN, scope=Scope.USERS_READ)
def get_available_capabilities() -> list[dict[str, Any]]:
    """Return the capabilities that users can have in addition to a role."""
    require_some(current_actor(), SiteRole.ADMIN)
    return [
        {
            "id": known.id,
            "name": known.name,
            "description": known.description,
            "helpUrl": "",
            "includedInRoles": [role.value for role in SiteRole if role in known.included_in],
            "category": known.category,
        }
        for known in runtime().capabilities.values()
    ]


@method("UsersManager.getUsersSitesFromAccess", access=SUPERUSER, scope=Scope.USERS_READ)
def get_users_sites_from_access(access: str) -> dict[str, list[int]]:
    """Return the sites on which users have exactly this role or capability, by login."""
    actor = current_actor()
    access_parameter.check_known(access)
    role = SiteRole(access) if access in access_parameter.ROLES else None
    found: dict[str, list[int]] = {}
    for row in reports.sites_with(actor, role, access):
        found.setdefault(row.username, []).append(row.number)
    return found


@method("UsersManager.getUsersAccessFromSite", access=ADMIN_ON_SITE, scope=Scope.USERS_READ)
def get_users_access_from_site(id_site: str) -> dict[str, str]:
    """Return the roles on a site, by login."""
    rows = reports.roles_on_site(current_actor(), id_site)
    return {row.username: serializers.role_name(row.rank) for row in rows}


@method("UsersManager.getUsersWithSiteAccess", access=ADMIN_ON_SITE, scope=Scope.USERS_READ)
def get_users_with_site_access(id_site: str, access: str) -> Any:
    """Return the users who have exactly this role or capability on a site."""
    actor = current_actor()
    access_parameter.check_known(access)
    wanted = serializers.wanted(access)
    return serializers.listed(
        lambda window: people.list_people_with(actor, id_site, window, **wanted),
        serializers.person,
    )


@method("UsersManager.getSitesAccessFromUser", access=SUPERUSER, scope=Scope.USERS_READ)
def get_sites_access_from_user(user_login: str) -> Any:
    """Return all access of a user: an entry for each role, and for each capability in addition to it."""
    actor = current_actor()
    return serializers.listed(
        lambda window: reports.list_access_of_user(actor, user_login, window),
        lambda row: {"site": row.number, "access": row.access},
    )


@method("UsersManager.getSitesAccessForUser", access=SOME_ADMIN, scope=Scope.USERS_READ)
def get_sites_access_for_user(
    user_login: str,
    limit: int | None = None,
    offset: int = 0,
    filter_search: str | None = None,
    filter_access: str | None = None,
) -> Any:
    """Return the sites that the caller administers, with a user's role and capabilities on each."""
    own = serializers.own_window(limit, offset)
    page, has_some = reports.list_sites_of_user(
        current_actor(), user_login, serializers.within(own), search=filter_search, **serializers.wanted(filter_access)
    )
    add_header(TOTAL, page.total)
    if has_some:
        add_header(HAS_SOME, 1)
    return serializers.cut(page, serializers.site)


@method("UsersManager.setUserAccess", access=ADMIN_ON_SITES, writes=True, scope=Scope.WEBSITES_WRITE)
def set_user_access(user_login: str, access: Value, id_sites: Value, password_confirmation: str | None = None) -> None:
    """Give a user a role on sites, optionally with capabilities, or remove all access."""
    wish = access_parameter.wish(access)
    access_by_name.set_access(
        current_actor(),
        user_login,
        access_parameter.websites("idSites", id_sites),
        wish.role,
        capabilities=wish.capabilities,
        confirmation=access_parameter.confirmed_in_session(password_confirmation),
    )


@method("UsersManager.addCapabilities", access=ADMIN_ON_SITES, writes=True, scope=Scope.WEBSITES_WRITE)
def add_capabilities(user_login: str, capabilities: Value, id_sites: Value) -> None:
    """Give a user capabilities on each of the sites, in addition to the role there."""
    access_by_name.add_capabilities(
        current_actor(),
        user_login,
        access_parameter.websites("idSites", id_sites),
        parameter_types.as_list("capabilities", capabilities),
    )


@method("UsersManager.removeCapabilities", access=ADMIN_ON_SITES, writes=True, scope=Scope.WEBSITES_WRITE)
def remove_capabilities(user_login: str, capabilities: Value, id_sites: Value) -> None:
    """Remove capabilities of a user on sites."""
    access_by_name.remove_capabilities(
        current_actor(),
        user_login,
        access_parameter.websites("idSites", id_sites),
        parameter_types.as_list("capabilities", capabilities),
    )
