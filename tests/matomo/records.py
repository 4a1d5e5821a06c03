"""Records as Matomo's API returns them."""

from typing import Any


def site_record(number: int, **values: Any) -> dict[str, Any]:
    """Return the record of a site that administrators get, with these values instead of the usual ones."""
    return {
        "idsite": number,
        "name": "Site",
        "main_url": "",
        "ts_created": "2026-05-01 12:30:00",
        "ecommerce": 0,
        "sitesearch": 1,
        "sitesearch_keyword_parameters": "",
        "sitesearch_category_parameters": "",
        "timezone": "UTC",
        "currency": "USD",
        "exclude_unknown_urls": 0,
        "excluded_ips": "",
        "excluded_parameters": "",
        "excluded_user_agents": "",
        "excluded_referrers": "",
        "group": "",
        "type": "website",
        "keep_url_fragment": 0,
        "creator_login": "admin",
        "timezone_name": "UTC",
        "currency_name": "US Dollar",
        **values,
    }
