"""``SitesManager.…``: websites, identified by number or id."""

from typing import Any, TypedDict, Unpack

from app.api.matomo import access_parameter, site_serializers, timezones
from app.api.matomo.context import current_actor
from app.api.matomo.filters import Part, window
from app.api.matomo.parameters import Value
from app.api.matomo.permissions import ADMIN_ON_SITE, ANYONE, SOME_VIEW, SUPERUSER, VIEW_ON_SITE
from app.api.matomo.registry import method
from app.api.matomo.serializers import listed, own_window, within
from app.domain.roles import SiteRole
from app.domain.scopes import Scope
from app.services.matomo import currencies, site_editing, site_lists
from app.services.matomo.requirements import require_some
from app.services.matomo.site_lists import SiteView

SITES_PER_PAGE = 15
Record = dict[str, Any]
Records = list[Record] | Part
EVERY = "%"
FRAGMENTS = {"keep_url_fragments": "keepURLFragments"}


def _record(view: SiteView) -> Record:
    return site_serializers.site(view, current_actor())


@method("SitesManager.getSiteFromId", access=VIEW_ON_SITE, scope=Scope.WEBSITES_READ)
def get_site_from_id(id_site: str) -> Record:
    """Return one website."""
    return _record(site_lists.get_site(current_actor(), id_site))


@method("SitesManager.getSiteUrlsFromId", access=VIEW_ON_SITE, scope=Scope.WEBSITES_READ)
def get_site_urls_from_id(id_site: str) -> list[str]:
    """Return the URLs of a website, the main one first; if it has none, one empty string."""
    return site_lists.get_site(current_actor(), id_site).urls or [""]


@method("SitesManager.getAllSites", access=SUPERUSER, scope=Scope.WEBSITES_READ)
def get_all_sites() -> Any:
    """Return every website: a map by number if the generic filters keep all of them, otherwise a list."""
    if window() is not None:
        return listed(lambda part: site_lists.list_all(current_actor(), part), _record)
    return {view.number: _record(view) for view in site_lists.list_all(current_actor()).rows}


@method("SitesManager.getAllSitesId", access=SUPERUSER, scope=Scope.WEBSITES_READ)
def get_all_sites_id() -> list[int] | Part:
    """Return the number of every website."""
    return listed(lambda part: site_lists.list_all_numbers(current_actor(), part), int)


def _numbers(least: SiteRole, most: SiteRole) -> list[int] | Part:
    return listed(lambda part: site_lists.list_numbers(current_actor(), part, least=least, most=most), int)


@method("SitesManager.getSitesIdWithAtLeastViewAccess", access=ANYONE, scope=Scope.WEBSITES_READ)
def get_sites_id_with_at_least_view_access() -> list[int] | Part:
    """Return the numbers of the websites on which the caller has any access."""
    return _numbers(SiteRole.VIEW, SiteRole.ADMIN)


@method("SitesManager.getSitesIdWithViewAccess", access=ANYONE, scope=Scope.WEBSITES_READ)
def get_sites_id_with_view_access() -> list[int] | Part:
    """Return the numbers of the websites on which the caller has only view access."""
    return _numbers(SiteRole.VIEW, SiteRole.VIEW)


@method("SitesManager.getSitesIdWithWriteAccess", access=ANYONE, scope=Scope.WEBSITES_READ)
def get_sites_id_with_write_access() -> list[int] | Part:
    """Return the numbers of the websites on which the caller has write but not admin access."""
    return _numbers(SiteRole.WRITE, SiteRole.WRITE)


@method("SitesManager.getSitesIdWithAdminAccess", access=ANYONE, scope=Scope.WEBSITES_READ)
def get_sites_id_with_admin_access() -> list[int] | Part:
    """Return the numbers of the websites on which the caller has admin access."""
    return _numbers(SiteRole.ADMIN, SiteRole.ADMIN)


def _sites(limit: int | None, **question: Any) -> Records:
    own = own_window(limit, 0)
    return listed(lambda _: site_lists.list_sites(current_actor(), within(own), **question), _record)


@method("SitesManager.getSitesWithAtLeastViewAccess", access=ANYONE, scope=Scope.WEBSITES_READ)
def get_sites_with_at_least_view_access(limit: int | None = None) -> Records:
    """Return the websites on which the caller has any access."""
    return _sites(limit)


@method("SitesManager.getSitesWithViewAccess", access=ANYONE, scope=Scope.WEBSITES_READ)
def get_sites_with_view_access() -> Records:
    """Return the websites on which the caller has only view access."""
    return _sites(None, most=SiteRole.VIEW)


@method("SitesManager.getSitesWithAdminAccess", access=ANYONE, scope=Scope.WEBSITES_READ)
def get_sites_with_admin_access(
    fetch_alias_urls: bool = False,
    pattern: str | None = None,
    limit: int | None = None,
    sites_to_exclude: list[str] | None = None,
) -> Records:
    """Return the websites on which the caller has admin access, with all their URLs if requested."""

    def serialize(view: SiteView) -> Record:
        return _record(view) | ({"alias_urls": view.urls} if fetch_alias_urls else {})

    own, without = own_window(limit, 0), _known(sites_to_exclude)
    return listed(
        lambda _: site_lists.list_sites(
            current_actor(), within(own), least=SiteRole.ADMIN, search=_search(pattern), without=without
        ),
        serialize,
    )


@method("SitesManager.getPatternMatchSites", access=ANYONE, scope=Scope.WEBSITES_READ)
def get_pattern_match_sites(
    pattern: str, limit: int | None = None, sites_to_exclude: list[str] | None = None
) -> Records:
    """
    Return the websites that the caller sees and that match ``pattern``: as a part of the name, of a URL or of the
    group, or as the number. ``%`` matches all of them; Matomo's own pages send it.
    """
    return _sites(limit, search=_search(pattern), without=_known(sites_to_exclude))


def _search(pattern: str | None) -> str | None:
    """Return the text to search for. ``%`` alone matches everything; within a text it is an ordinary character."""
    return None if (pattern or "").strip() == EVERY else pattern


def _known(numbers: list[str] | None) -> list[int]:
    """Return the website numbers to leave out, without those that cannot be a website's number."""
    return [int(text) for text in numbers or () if text.isascii() and text.isdigit() and len(text) < 10]


@method("SitesManager.getSitesIdFromSiteUrl", access=ANYONE, scope=Scope.WEBSITES_READ)
def get_sites_id_from_site_url(url: str) -> list[dict[str, int]] | Part:
    """Return the numbers of the websites that the caller sees and that have this URL."""
    return listed(
        lambda part: site_lists.list_sites(current_actor(), part, url=url), lambda view: {"idsite": view.number}
    )


@method("SitesManager.getNumWebsitesToDisplayPerPage", access=SOME_VIEW, scope=Scope.WEBSITES_READ)
def get_num_websites_to_display_per_page() -> int:
    """Return how many websites Matomo's pages show at once."""
    require_some(current_actor(), SiteRole.VIEW)
    return SITES_PER_PAGE


@method("SitesManager.isTimezoneSupportEnabled", access=SOME_VIEW, scope=Scope.WEBSITES_READ)
def is_timezone_support_enabled() -> bool:
    """Return whether websites can have named time zones."""
    require_some(current_actor(), SiteRole.VIEW)
    return True


@method("SitesManager.getTimezonesList", access=ANYONE, scope=Scope.WEBSITES_READ)
def get_timezones_list() -> dict[str, dict[str, str]]:
    """Return the names of the time zones that websites can have, by region and identifier."""
    return timezones.by_region()


@method("SitesManager.getCurrencyList", access=ANYONE, scope=Scope.WEBSITES_READ)
def get_currency_list() -> dict[str, str]:
    """Return the names of the currencies that websites can have, by code."""
    return {code: f"{name} ({currencies.SYMBOLS.get(code, code)})" for code, name in currencies.BY_NAME.items()}


@method("SitesManager.getSitesGroups", access=SUPERUSER, scope=Scope.WEBSITES_READ)
def get_sites_groups() -> list[str]:
    """Return the groups that websites are in."""
    return site_lists.list_groups(current_actor())


@method("SitesManager.getSitesFromGroup", access=SUPERUSER, scope=Scope.WEBSITES_READ)
def get_sites_from_group(group: str = "") -> Records:
    """Return the websites of a group; with an empty group, those in no group."""
    return listed(lambda part: site_lists.list_group(current_actor(), group, part), _record)


class SiteFields(TypedDict):
    """The fields of a website that ``addSite`` and ``updateSite`` take, all of them optional."""

    urls: Value | None
    ecommerce: bool | None
    site_search: bool | None
    search_keyword_parameters: Value | None
    search_category_parameters: Value | None
    excluded_ips: Value | None
    excluded_query_parameters: Value | None
    timezone: str | None
    currency: str | None
    group: str | None
    start_date: str | None
    excluded_user_agents: Value | None
    keep_url_fragments: int | None
    type: str | None
    setting_values: Value | None
    exclude_unknown_urls: bool | None
    excluded_referrers: Value | None


@method("SitesManager.addSite", access=SUPERUSER, writes=True, names=FRAGMENTS, scope=Scope.WEBSITES_WRITE)
def add_site(site_name: str, **site: Unpack[SiteFields]) -> int:
    """Register a website and return its number."""
    return site_editing.create_site(current_actor(), name=site_name, **_changes(site))


@method("SitesManager.updateSite", access=ADMIN_ON_SITE, writes=True, names=FRAGMENTS, scope=Scope.WEBSITES_WRITE)
def update_site(id_site: str, site_name: str | None = None, **site: Unpack[SiteFields]) -> None:
    """Change the given fields of a website."""
    site_editing.update_site(current_actor(), id_site, name=site_name, **_changes(site))


def _changes(site: SiteFields) -> dict[str, Any]:
    given: dict[str, Any] = {**site}
    urls = site_serializers.addresses(given.pop("urls"))
    given["excluded_parameters"] = given.pop("excluded_query_parameters")
    return {"urls": urls, **site_serializers.settings_of(**given)}


@method("SitesManager.deleteSite", access=SUPERUSER, writes=True, scope=Scope.WEBSITES_WRITE)
def delete_site(id_site: str, password_confirmation: str | None = None) -> None:
    """Delete a website."""
    confirmation = access_parameter.confirmed_in_session(password_confirmation)
    site_editing.delete_site(current_actor(), id_site, confirmation=confirmation)
