"""Where webhooks may be sent: no way into the server's own networks."""

import socket
from ipaddress import ip_network
from typing import Any

from app.domain.errors import TooLong, WebhookAddress
from app.domain.networks import is_public, parsed_address
from app.domain.urls import parsed_url
from app.settings import Config

URL_MAX_LENGTH = 2000
MOST_ADDRESSES = 4
"""So many of a name's addresses are tried at most."""

Place = tuple[socket.AddressFamily, Any]
"""A family of addresses, and an address and a port as ``socket.connect`` takes them."""


class NotAllowed(Exception):
    """The address is outside the public internet, and the settings do not allow it."""


def checked_url(url: str, config: Config) -> str:
    """
    Return the URL without surrounding spaces, if webhooks can be sent there. Names are not looked up yet.

    :raises TooLong: it has more than ``URL_MAX_LENGTH`` characters
    :raises WebhookAddress: its form, its scheme or its IP address is not allowed
    """
    url = url.strip()
    if len(url) > URL_MAX_LENGTH:
        raise TooLong("url", URL_MAX_LENGTH)
    parts = parsed_url(url)
    if parts is None or not parts.hostname or not url.isascii() or not url.isprintable() or " " in url:
        raise WebhookAddress("url", "it is not a URL such as https://example.com/hook.")
    if parts.scheme != "https" and not (parts.scheme == "http" and config.webhook_allow_http):
        raise WebhookAddress("url", "it must begin with https://.")
    if parts.username is not None or parts.fragment:
        raise WebhookAddress("url", "it must contain no username, password or fragment.")
    try:
        literal = parsed_address(parts.hostname)
    except ValueError:
        return url
    if not is_allowed(str(literal), config):
        raise WebhookAddress("url", "it is outside the public internet.")
    return url


def is_allowed(address: str, config: Config) -> bool:
    """Return whether webhooks may be sent to an IP address."""
    try:
        found = parsed_address(address)
    except ValueError:
        return False
    return is_public(found) or any(found in ip_network(network) for network in config.webhook_networks.split())


def places(host: str, port: int, config: Config) -> list[Place]:
    """
    Look a host up, and return where to connect. Connect to nothing else, or a second lookup could find other addresses.

    :raises OSError: the name cannot be resolved
    :raises NotAllowed: none of its addresses is allowed
    """
    found = {place: family for family, _, _, _, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    allowed: list[Place] = [(family, place) for place, family in found.items() if is_allowed(str(place[0]), config)]
    if not allowed:
        raise NotAllowed
    return allowed[:MOST_ADDRESSES]


def host_of(url: str) -> str:
    """Return the host of a URL that was checked. The rest of it may be secret."""
    parts = parsed_url(url)
    return (parts and parts.hostname) or ""
