"""Links on the command line, which knows no address of the server but the one that the settings name."""

from typing import Any

from app.cli.output import warn
from app.runtime import runtime
from app.security.link_tokens import link_to


def link_values(place: str, token: str, *, as_json: bool) -> dict[str, Any]:
    """
    The link as values to show: whole, or its path alone where FRONTDESK_PUBLIC_URL is not set, which is said aside.
    Programs get both, and null for a link that nobody knows the beginning of.
    """
    root, path = runtime().config.public_url, link_to("", place, token)
    link = link_to(root, place, token) if root else None
    if as_json:
        return {"link": link, "path": path}
    if link is not None:
        return {"link": link}
    warn("FRONTDESK_PUBLIC_URL is not set; put the address of this server in front of the path.")
    return {"path": path}
