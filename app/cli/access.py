"""``frontdesk access``, and how the command line shows access to websites."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from app.cli.guard import guarded
from app.cli.output import json_option, show_list
from app.cli.paging import Paging, page_options
from app.cli.services import effective
from app.domain.actor import OPERATOR
from app.domain.pagination import Page

if TYPE_CHECKING:
    from app.services.access.effective import AccessView, Reason

OF_USER = ("website", "domain", "number", "right", "capabilities", "why")
ON_WEBSITE = ("user", "pending", "right", "capabilities", "why")


@click.command("access")
@click.argument("user")
@click.option("--search", help="Part of the website's name or domain, in any case.")
@page_options
@json_option
@guarded
def command(user: str, search: str | None, paging: Paging, as_json: bool) -> None:
    """List the websites a user can access, and why."""
    show_access(of_user(user, paging, search), OF_USER, as_json=as_json)


def of_user(user: str, paging: Paging, search: str | None) -> "Iterator[Page[AccessView]]":
    """Yield pages of the websites that a user, given by name or id, can access."""
    holder = effective.find_holder(OPERATOR, user)
    return paging.pages(lambda window: effective.list_user_access(OPERATOR, holder, window, search=search))


def show_access(pages: "Iterator[Page[AccessView]]", columns: Sequence[str], *, as_json: bool) -> None:
    """Print pages of access entries, as JSON or as a table with these columns."""
    show_list(pages, columns, as_json=as_json, to_row=as_line, to_data=as_data)


def as_data(view: "AccessView") -> dict[str, Any]:
    """Return an access entry as ``GET /api/websites/:id/access`` has it, for ``--json``."""
    user, website = view.user, view.website
    return {
        "user": {"id": user.id, "username": user.username, "pending": user.pending},
        "website": {"id": website.id, "name": website.name, "domain": website.domain, "number": website.number},
        "right": view.right,
        "capabilities": {"granted": view.granted, "implied": view.implied},
        "reasons": [_reason(reason) for reason in view.reasons],
    }


def _reason(reason: "Reason") -> dict[str, Any]:
    shown = {"source": reason.source, "right": reason.right, "team": reason.team}
    return shown | {"grantedBy": reason.granted_by}


def as_line(view: "AccessView") -> dict[str, Any]:
    """Return an access entry as the row of a table."""
    return {
        "user": view.user.username,
        "pending": view.user.pending,
        "website": view.website.name,
        "domain": view.website.domain,
        "number": view.website.number,
        "right": view.right,
        "capabilities": ", ".join(view.granted),
        "why": ", ".join(map(_in_words, view.reasons)),
    }


def _in_words(reason: "Reason") -> str:
    if reason.team is not None:
        return f"{reason.right} as {reason.team.role} of {reason.team.name}"
    by_whom = f" from {reason.granted_by.username}" if reason.granted_by else ""
    return {"admin": "administrator", "owner": "owner"}.get(reason.source, f"{reason.right} by grant{by_whom}")
