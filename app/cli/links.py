"""Links that the command line prints. It knows the server's address only from the setting FRONTDESK_PUBLIC_URL."""

from typing import Any

from app.cli.output import warn
from app.cli.remote.target import is_remote
from app.security.link_tokens import link_to


def link_values(place: str, token: str, *, as_json: bool) -> dict[str, Any]:
    """
    Return the values to print for a link: ``link``, or only its ``path`` if FRONTDESK_PUBLIC_URL is not set, with a
    warning on standard error. With ``as_json`` both are returned, and ``link`` is None without that setting.
    """
    link: str | None
    if is_remote():  # the server knows its address, so the token is the complete link
        link, path = token, link_to("", place, token.rpartition("/")[2])
    else:
        from app.runtime import runtime  # takes long, and a server's links come complete

        root, path = runtime().config.public_url, link_to("", place, token)
        link = link_to(root, place, token) if root else None
    if as_json:
        return {"link": link, "path": path}
    if link is not None:
        return {"link": link}
    warn("FRONTDESK_PUBLIC_URL is not set; put the address of this server in front of the path.")
    return {"path": path}
