"""Websites as this API shows them, and their settings as it receives them."""

from typing import Any

from app.api.matomo import dates, parameter_types, timezones
from app.api.matomo.errors import ApiError
from app.api.matomo.parameters import Value
from app.api.matomo.serializers import moment
from app.domain.actor import Actor
from app.services.matomo.currencies import NAMES
from app.services.matomo.site_lists import SiteView

Record = dict[str, Any]
LISTS = {
    "search_keyword_parameters": "searchKeywordParameters",
    "search_category_parameters": "searchCategoryParameters",
    "excluded_ips": "excludedIps",
    "excluded_parameters": "excludedQueryParameters",
    "excluded_user_agents": "excludedUserAgents",
    "excluded_referrers": "excludedReferrers",
}
"""Settings that are lists, with their names in requests."""


def site(view: SiteView, actor: Actor) -> Record:
    """Serialize a website as ``actor`` may see it."""
    settings = view.settings
    shown: Record = {
        "idsite": view.number,
        "name": view.name,
        "main_url": view.urls[0] if view.urls else "",
        "ts_created": moment(view.created_at),
        "ecommerce": int(settings["ecommerce"]),
        "sitesearch": int(settings["site_search"]),
        "sitesearch_keyword_parameters": ",".join(settings["search_keyword_parameters"]),
        "sitesearch_category_parameters": ",".join(settings["search_category_parameters"]),
        "timezone": settings["timezone"],
        "currency": settings["currency"],
        "exclude_unknown_urls": int(settings["exclude_unknown_urls"]),
        "excluded_ips": ",".join(settings["excluded_ips"]),
        "excluded_parameters": ",".join(settings["excluded_parameters"]),
        "excluded_user_agents": ",".join(settings["excluded_user_agents"]),
        "excluded_referrers": ",".join(settings["excluded_referrers"]),
        "group": settings["group"],
        "type": settings["type"],
        "keep_url_fragment": settings["keep_url_fragments"],
    }
    if actor.is_admin:
        shown["creator_login"] = view.creator
    return shown | {
        "timezone_name": timezones.name_of(settings["timezone"]),
        "currency_name": NAMES[settings["currency"]],
    }


def addresses(urls: Value | None) -> list[str] | None:
    """Return the given URLs, sent as one text or as an array; None if there are none."""
    if urls is None:
        return None
    return [urls] if isinstance(urls, str) else parameter_types.as_list("urls", urls)


def settings_of(
    *, start_date: str | None, timezone: str | None, currency: str | None, type: str | None, **others: Any
) -> dict[str, Any]:
    """
    Return the given settings under the services' names. Empty lists and an empty group clear what is stored.

    :raises ApiError: ``settingValues`` is used, or a value cannot be converted
    """
    if others.pop("setting_values"):
        raise ApiError("The parameter 'settingValues' is not supported: use the method's own parameters.", 400)
    given: dict[str, Any] = {"timezone": timezone or None, "currency": currency or None, "type": type or None}
    given["started_at"] = dates.parsed(start_date) if start_date else None
    for name, value in others.items():
        given[name] = parameter_types.as_list(LISTS[name], value) if name in LISTS and value is not None else value
    return {name: value for name, value in given.items() if value is not None}
