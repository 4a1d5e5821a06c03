"""What a request that a proxy wants to pass on to Umami is about. Anything that could be read in two ways is closed."""

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote
from uuid import UUID

URI_MAX_LENGTH = 8192
READING = frozenset({"GET", "HEAD"})
WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
PRINTABLE = re.compile(r"/[!-~]*")
PLAIN = re.compile(r"(?:/[A-Za-z0-9_-][A-Za-z0-9_.-]*)+")
SHARE_LINK = re.compile(r"/api/share/(?!id$|\.{1,2}$)[^/\\]+")
ID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
PUBLIC_CALLS = frozenset({"send", "batch", "record", "heartbeat", "config"})
"""Umami's calls that take no account: from tracker scripts, and what the login page reads."""
OURS = frozenset({"2fa", "admin", "auth", "bulk", "invitations", "me", "share", "teams", "users"})
"""Calls that Frontdesk answers itself; Umami's own would go past its rules, its audit log and its throttle."""
OURS_OF_WEBSITE = frozenset({"access", "shares", "transfer"})
SHOWN = frozenset({"boards", "links", "pixels"})
"""What only Umami has: it is listed for users and for teams, and has public links."""
RESULTS = frozenset(
    {"attribution", "breakdown", "funnel", "goal", "journey", "performance", "retention", "revenue", "utm"}
)
"""Reports that are computed by POST, with the website's id in the body; nothing is stored."""


class Area(StrEnum):
    """Who may make a request."""

    PUBLIC = "public"
    """Anyone; it is passed on without credentials."""
    PROTECTED = "protected"
    CLOSED = "closed"
    """No one: it is a call of Frontdesk, or malformed."""


@dataclass(frozen=True, slots=True)
class UmamiRoute:
    """What a request is about, as far as method and path tell."""

    area: Area
    reads: bool = False
    """It changes nothing."""
    entity_id: UUID | None = None
    """
    The only website that the request is about, or the link, pixel or board that it shows; None if the path names none.
    Umami has the statistics of links and pixels at the paths of websites.
    """
    is_report: bool = False
    """It reads reports on a website that the query or the body names, which only Umami can check."""


PUBLIC = UmamiRoute(Area.PUBLIC, reads=True)
CLOSED = UmamiRoute(Area.CLOSED)


def route_of(method: str, uri: str) -> UmamiRoute:
    """
    Return what a request is about.

    :param uri: path and query as the client sent them, still encoded
    """
    path = uri.partition("?")[0]
    if len(uri) > URI_MAX_LENGTH or not PRINTABLE.fullmatch(uri) or method not in READING | WRITING | {"OPTIONS"}:
        return CLOSED
    if not path.startswith("/api/"):
        return PUBLIC if _is_page(path) else CLOSED
    if method in READING and SHARE_LINK.fullmatch(path):
        return PUBLIC  # a slug may contain anything
    if not PLAIN.fullmatch(path):
        return CLOSED
    return PUBLIC if method == "OPTIONS" else _call(method, path.split("/")[2:])


def _is_page(path: str) -> bool:
    """
    Whether this is a page or a file, not a call.

    Umami also serves its API below ``/teams/…/api/``, and nothing is known about paths with dots, empty parts or double
    encoding.
    """
    decoded = unquote(path, errors="replace")
    parts = re.split(r"[/\\]", decoded.lower())[1:]
    odd = {".", "..", "api"}.intersection(parts) or "" in parts[:-1]
    return not odd and decoded == unquote(decoded, errors="replace")


def _call(method: str, parts: list[str]) -> UmamiRoute:
    reads, place = method in READING, parts[0]
    if (len(parts) == 1 and place in PUBLIC_CALLS) or place == "scripts":
        return PUBLIC
    if place == "teams" and len(parts) == 3 and parts[2] in SHOWN:
        return UmamiRoute(Area.PROTECTED, reads)
    if place in OURS:
        return CLOSED
    if place in ("websites", "realtime"):
        return _of_website(reads, parts)
    if place in SHOWN and reads and len(parts) == 2 and ID.fullmatch(parts[1]):
        return UmamiRoute(Area.PROTECTED, reads, UUID(parts[1]))
    computes = method == "POST" and len(parts) == 2 and parts[1] in RESULTS
    if place == "reports" and (reads or computes):
        return UmamiRoute(Area.PROTECTED, reads=True, is_report=True)
    return UmamiRoute(Area.PROTECTED, reads)


def _of_website(reads: bool, parts: list[str]) -> UmamiRoute:
    place, website, below = [*parts, "", ""][:3]
    if not ID.fullmatch(website) or below in OURS_OF_WEBSITE or (place == "websites" and not below):
        return CLOSED
    return UmamiRoute(Area.PROTECTED, reads, UUID(website))
