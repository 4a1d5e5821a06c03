"""URLs and settings of a website, such as time zone and currency, and the rules for their values."""

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from app.domain.errors import BadValue, Missing, TooMany
from app.domain.urls import parsed_url
from app.services.matomo import currencies

NAME_MAX_LENGTH = 100
URL_MAX_LENGTH = 500
MOST_URLS = 100
TEXT_MAX_LENGTH = 2000
"""For a text, and for each item of a list."""
MOST_ITEMS = 200
SCHEMES = frozenset({"http", "https", "ftp"})
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
NO_URL = re.compile(r"[\s\x00-\x20\x7f<>\"'`{}|\\^]")
HOST = re.compile(r"[^\W_][\w.-]{0,252}")
"""Hosts may have letters of any language, since that is how browsers show them."""
OFFSET = re.compile(r"UTC[+-](\d|1[0-4])(\.5|\.25|\.75)?")
WILDCARDS = re.compile(r"(\d{1,3}\.){1,3}(\*\.){0,2}\*")
DEFAULTS: dict[str, Any] = {
    "ecommerce": False,
    "site_search": True,
    "search_keyword_parameters": [],
    "search_category_parameters": [],
    "timezone": "UTC",
    "currency": "USD",
    "exclude_unknown_urls": False,
    "excluded_ips": [],
    "excluded_parameters": [],
    "excluded_user_agents": [],
    "excluded_referrers": [],
    "group": "",
    "type": "website",
    "keep_url_fragments": 0,
    "started_at": None,
}
"""Every setting with its default."""


def clean_name(text: str) -> str:
    """
    Return a website's name, trimmed.

    :raises Missing: the name is empty
    :raises BadValue: the name is too long, or has control characters
    """
    name = text.strip()
    if not name:
        raise Missing("name")
    if len(name) > NAME_MAX_LENGTH or CONTROL.search(name):
        raise BadValue("name", name)
    return name


def clean_urls(urls: Sequence[str]) -> list[str]:
    """
    Return URLs with a scheme (``http`` by default), without trailing slashes and without duplicates.

    :raises Missing: there are none
    :raises TooMany: there are more than ``MOST_URLS``
    :raises BadValue: one is not a valid URL
    """
    given = [text for text in (url.strip() for url in urls) if text]
    if not given:
        raise Missing("urls")
    if len(given) > MOST_URLS:
        raise TooMany("urls", MOST_URLS)
    return list(dict.fromkeys(map(_clean_url, given)))


def _clean_url(text: str) -> str:
    url = text if SCHEME.match(text) else f"http://{text}"
    url = url.rstrip("/")
    if len(url) > URL_MAX_LENGTH or NO_URL.search(url) or not host_of(url):
        raise BadValue("urls", text)
    return url


def host_of(url: str) -> str | None:
    """Return the host of a URL in lower case, with its port; None if the URL is not valid or contains a username."""
    parts = parsed_url(url)
    if parts is None or parts.scheme not in SCHEMES or not parts.hostname or "@" in parts.netloc:
        return None
    host = parts.hostname
    if not parts.netloc.startswith("[") and not HOST.fullmatch(host):
        return None
    shown = f"[{host}]" if ":" in host else host
    return shown if parts.port is None else f"{shown}:{parts.port}"


def spellings(url: str) -> list[str]:
    """Return the four spellings of a URL in lower case: with http or https, with or without www."""
    bare = SCHEME.sub("", url.strip().lower(), count=1).rstrip("/").removeprefix("www.")
    return [f"{scheme}://{www}{bare}" for scheme in ("http", "https") for www in ("", "www.")]


def clean_settings(values: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return the given settings as they are stored.

    :raises BadValue: a value is not valid
    :raises TooMany: a list has more than ``MOST_ITEMS`` items
    """
    return {name: CLEANERS[name](name, value) for name, value in values.items()}


def _text(name: str, value: str) -> str:
    text = value.strip()
    if len(text) > TEXT_MAX_LENGTH or CONTROL.search(text):
        raise BadValue(name, text)
    return text


def _texts(name: str, value: Sequence[str]) -> list[str]:
    texts = [_text(name, item) for item in value]
    if len(texts) > MOST_ITEMS:
        raise TooMany(name, MOST_ITEMS)
    return list(dict.fromkeys(text for text in texts if text))


def _timezone(name: str, value: str) -> str:
    if value != "UTC" and value not in _timezones() and not OFFSET.fullmatch(value):
        raise BadValue(name, value)
    return value


@cache
def _timezones() -> frozenset[str]:
    return frozenset(available_timezones())


def _currency(name: str, value: str) -> str:
    if value not in currencies.NAMES:
        raise BadValue(name, value)
    return value


def _ips(name: str, value: Sequence[str]) -> list[str]:
    texts = _texts(name, value)
    for text in texts:
        if not _is_ip_range(text):
            raise BadValue(name, text)
    return texts


def _is_ip_range(text: str) -> bool:
    """Return whether a text is an IP address, a network, or an IPv4 address that ends in wildcards."""
    if WILDCARDS.fullmatch(text):
        text = text.replace("*", "0")
        if text.count(".") != 3:
            return False
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _website(name: str, value: str) -> str:
    if value != DEFAULTS["type"]:
        raise BadValue(name, value)
    return value


def _fragments(name: str, value: int) -> int:
    if value not in (0, 1, 2):
        raise BadValue(name, value)
    return value


def _flag(_name: str, value: bool) -> bool:
    return value


CLEANERS: dict[str, Callable[[str, Any], Any]] = {
    "ecommerce": _flag,
    "site_search": _flag,
    "search_keyword_parameters": _texts,
    "search_category_parameters": _texts,
    "timezone": _timezone,
    "currency": _currency,
    "exclude_unknown_urls": _flag,
    "excluded_ips": _ips,
    "excluded_parameters": _texts,
    "excluded_user_agents": _texts,
    "excluded_referrers": _texts,
    "group": _text,
    "type": _website,
    "keep_url_fragments": _fragments,
    "started_at": lambda _name, value: value.isoformat(),
}
"""By setting: a function that checks a value and returns it as it is stored."""
