"""Which addresses belong to the public internet."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
NAT64 = IPv6Network("64:ff9b::/96")
"""Addresses that stand for IPv4 ones (RFC 6052)."""


def parsed_address(text: str) -> Address:
    """Return an IP address; one of IPv6 that stands for an IPv4 address becomes that. :raises ValueError: it is none"""
    address = ip_address(text)
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in NAT64:
            return IPv4Address(address.packed[-4:])
    return address


def is_public(address: Address) -> bool:
    """
    Return whether the address belongs to the public internet.

    Private, loopback, link-local, shared (carrier-grade NAT), multicast and reserved addresses do not, nor do tunnels
    to IPv4 (6to4, Teredo), whose end may be any of these.
    """
    if not address.is_global or address.is_multicast or address.is_reserved or address.is_unspecified:
        return False
    if isinstance(address, IPv4Address):
        return True
    return not (address.is_site_local or address.sixtofour is not None or address.teredo is not None)
