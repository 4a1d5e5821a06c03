"""``UsersManager.…``: who may do what on which site, read and changed."""

from typing import Any

from app.api.matomo import access_parameter, parameter_types, serializers
from app.api.matomo.context import add_header, current_actor
from app.api.matomo.filters import TOTAL
from app.api.matomo.parameters import Value
from app.api.matomo.permissions import ADMIN_ON_SITE, ADMIN_ON_SITES, SOME_ADMIN, SUPERUSER
from app.api.matomo.registry import method
from app.domain.roles import SiteRole
from app.runtime import runtime
from app.services.matomo import access as access_by_name
from app.services.matomo import people, reports
from app.services.matomo.requirements import require_some

HAS_SOME = "X-Matomo-Has-Some"
ROLES = [
    ("view", "View", "See the statistics of the website.", "https://matomo.org/faq/general/faq_70/"),
    (
        "write",
        "Write",
        "See the statistics, and change what is set up for the website.",
        "https://matomo.org/faq/general/faq_26910",
    ),
    (
        "admin",
        "Admin",
        "All of that, and say who else has access to the website.",
        "https://matomo.org/faq/general/faq_69/",
    ),
]


@method("UsersManager.getAvailableRoles", access=SOME_ADMIN)
def get_available_roles() -> list[dict[str, Any]]:
    """The roles that users can have on a site."""
    require_some(current_actor(), SiteRole.ADMIN)
    return [dict(zip(("id", "name", "description", "helpUrl"), role, strict=True)) for role in ROLES]


@method("UsersManager.getAvailableCapabilities", access=SOME_ADMIN)
def get_available_capabilities() -> list[dict[str, Any]]:
    """The capabilities that users can have beside a role."""
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


@method("UsersManager.getUsersSitesFromAccess", access=SUPERUSER)
def get_users_sites_from_access(access: str) -> dict[str, list[int]]:
    """Sites by login, of users who have exactly this there."""
    actor = current_actor()
    access_parameter.check_known(access)
    role = SiteRole(access) if access in access_parameter.ROLES else None
    found: dict[str, list[int]] = {}
    for row in reports.sites_with(actor, role, access):
        found.setdefault(row.username, []).append(row.number)
    return found


@method("UsersManager.getUsersAccessFromSite", access=ADMIN_ON_SITE)
def get_users_access_from_site(id_site: str) -> dict[str, str]:
    """Roles on a site, by login."""
    rows = reports.roles_on_site(current_actor(), id_site)
    return {row.username: serializers.role_name(row.rank) for row in rows}


@method("UsersManager.getUsersWithSiteAccess", access=ADMIN_ON_SITE)
def get_users_with_site_access(id_site: str, access: str) -> Any:
    """Users who have exactly this on a site."""
    actor = current_actor()
    access_parameter.check_known(access)
    wanted = serializers.wanted(access)
    return serializers.listed(
        lambda window: people.list_people_with(actor, id_site, window, **wanted),
        serializers.person,
    )


@method("UsersManager.getSitesAccessFromUser", access=SUPERUSER)
def get_sites_access_from_user(user_login: str) -> Any:
    """Everything that a user has on sites: an entry for each role, and for each capability beside it."""
    actor = current_actor()
    return serializers.listed(
        lambda window: reports.list_access_of_user(actor, user_login, window),
        lambda row: {"site": row.number, "access": row.access},
    )


@method("UsersManager.getSitesAccessForUser", access=SOME_ADMIN)
def get_sites_access_for_user(
    user_login: str,
    limit: int | None = None,
    offset: int = 0,
    filter_search: str | None = None,
    filter_access: str | None = None,
) -> Any:
    """The sites that the caller administers, with what a user has there."""
    own = serializers.own_window(limit, offset)
    page, has_some = reports.list_sites_of_user(
        current_actor(), user_login, serializers.within(own), search=filter_search, **serializers.wanted(filter_access)
    )
    add_header(TOTAL, page.total)
    if has_some:
        add_header(HAS_SOME, 1)
    return serializers.cut(page, serializers.site)


@method("UsersManager.setUserAccess", access=ADMIN_ON_SITES, writes=True)
def set_user_access(user_login: str, access: Value, id_sites: Value, password_confirmation: str | None = None) -> None:
    """Give a user a role on sites, perhaps with capabilities, or take all access away."""
    wish = access_parameter.wish(access)
    access_by_name.set_access(
        current_actor(),
        user_login,
        access_parameter.websites("idSites", id_sites),
        wish.role,
        capabilities=wish.capabilities,
        confirmation=access_parameter.confirmed_in_session(password_confirmation),
    )


@method("UsersManager.addCapabilities", access=ADMIN_ON_SITES, writes=True)
def add_capabilities(user_login: str, capabilities: Value, id_sites: Value) -> None:
    """Give a user capabilities beside the role on each of the sites."""
    access_by_name.add_capabilities(
        current_actor(),
        user_login,
        access_parameter.websites("idSites", id_sites),
        parameter_types.as_list("capabilities", capabilities),
    )


@method("UsersManager.removeCapabilities", access=ADMIN_ON_SITES, writes=True)
def remove_capabilities(user_login: str, capabilities: Value, id_sites: Value) -> None:
    """Take capabilities of a user on sites away."""
    access_by_name.remove_capabilities(
        current_actor(),
        user_login,
        access_parameter.websites("idSites", id_sites),
        parameter_types.as_list("capabilities", capabilities),
    )
