"""``frontdesk grants …``"""

import click

from app.cli.access import OF_USER, ON_WEBSITE, as_data, as_line, of_user, show_access
from app.cli.aliases import Aliases
from app.cli.guard import guarded
from app.cli.output import confirm, done, json_option, plain, print_json, show, yes_option
from app.cli.paging import Paging, page_options
from app.cli.services import effective, grants, websites
from app.domain.actor import OPERATOR
from app.domain.roles import SiteRole

ROLES = click.Choice([role.value for role in SiteRole])


@click.group("grants", cls=Aliases, aliases={"remove": "delete"})
def group() -> None:
    """Manage access granted directly on websites."""


@group.command("set")
@click.argument("user")
@click.argument("website")
@click.argument("role", type=ROLES)
@click.option("--capability", "capabilities", multiple=True, help="A capability to grant; may be repeated.")
@click.option("--no-capabilities", is_flag=True, help="Remove all granted capabilities.")
@json_option
@guarded
def set_(
    user: str, website: str, role: str, capabilities: tuple[str, ...], no_capabilities: bool, as_json: bool
) -> None:
    """
    Grant a user a role on a website.

    It replaces an earlier grant. Capabilities are kept unless --capability or
    --no-capabilities is given.
    """
    if capabilities and no_capabilities:
        raise click.UsageError("Specify either --capability or --no-capabilities, not both.")
    view = effective.put_access(
        OPERATOR,
        websites.find_website(OPERATOR, website).id,
        effective.find_holder(OPERATOR, user),
        role=SiteRole(role),
        capabilities=capabilities if capabilities or no_capabilities else None,
    )
    if as_json:
        print_json(as_data(view))
    else:
        show(as_line(view), ("user", *OF_USER), as_json=False)


@group.command("delete")
@click.argument("user")
@click.argument("website")
@yes_option
@json_option
@guarded
def delete(user: str, website: str, yes: bool, as_json: bool) -> None:
    """Delete a user's grant on a website."""
    found, holder = websites.find_website(OPERATOR, website), effective.find_holder(OPERATOR, user)
    confirm(f"Delete the grant of {plain(user)} on the website {plain(found.name)}?", yes=yes)
    grants.set_access(OPERATOR, holder, [found.id], None)
    message = f"{plain(user)} has no grant on the website {plain(found.name)}."
    done(message, as_json=as_json, user_id=holder, website_id=found.id)


@group.command("list")
@click.option("--website", metavar="WEBSITE", help="List who can access this website (id, domain or name).")
@click.option("--user", metavar="USER", help="List what this user can access (name or id).")
@click.option("--search", help="Part of the user's name, or of the website's name or domain.")
@page_options
@json_option
@guarded
def list_(website: str | None, user: str | None, search: str | None, paging: Paging, as_json: bool) -> None:
    """List access to a website, or of a user, and why."""
    if website is not None and user is None:
        site = websites.find_website(OPERATOR, website)
        found = paging.pages(lambda window: effective.list_website_access(OPERATOR, site.id, window, search=search))
        show_access(found, ON_WEBSITE, as_json=as_json)
    elif user is not None and website is None:
        show_access(of_user(user, paging, search), OF_USER, as_json=as_json)
    else:
        raise click.UsageError("Specify either --website or --user.")
