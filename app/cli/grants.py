"""``frontdesk grants …``"""

import click

from app.cli.access import OF_USER, ON_WEBSITE, as_data, as_line, of_user, show_access
from app.cli.guard import guarded
from app.cli.output import done, json_option, plain, print_json, show
from app.cli.paging import page_options
from app.domain.actor import OPERATOR
from app.domain.pagination import Window
from app.domain.roles import SiteRole
from app.services.access import effective, grants
from app.services.websites import websites

ROLES = click.Choice([role.value for role in SiteRole])


@click.group("grants")
def group() -> None:
    """Direct rights on websites: set, remove, list."""


@group.command("set")
@click.argument("user")
@click.argument("website")
@click.argument("role", type=ROLES)
@click.option("--capability", "capabilities", multiple=True, help="One beside the role; may be repeated.")
@click.option("--no-capabilities", is_flag=True, help="Leave no capability beside the role.")
@json_option
@guarded
def set_(
    user: str, website: str, role: str, capabilities: tuple[str, ...], no_capabilities: bool, as_json: bool
) -> None:
    """Give a user a role on a website, in place of the one there was."""
    if capabilities and no_capabilities:
        raise click.UsageError("Name either --capability or --no-capabilities.")
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


@group.command("remove")
@click.argument("user")
@click.argument("website")
@json_option
@guarded
def remove(user: str, website: str, as_json: bool) -> None:
    """Take a user's role and capabilities on a website away."""
    found, holder = websites.find_website(OPERATOR, website), effective.find_holder(OPERATOR, user)
    grants.set_access(OPERATOR, holder, [found.id], None)
    message = f"{plain(user)} has no direct right on the website {plain(found.name)}."
    done(message, as_json=as_json, user_id=holder, website_id=found.id)


@group.command("list")
@click.option("--website", metavar="WEBSITE", help="Who has a right on this website, by id, domain or name.")
@click.option("--user", metavar="USER", help="Which websites this user has a right on, by name or id.")
@click.option("--search", help="Part of the user's name, or of the website's name or domain.")
@page_options
@json_option
@guarded
def list_(website: str | None, user: str | None, search: str | None, page: int, page_size: int, as_json: bool) -> None:
    """Who has which right on a website, or a user on which; and why."""
    window = Window.of_page(page, page_size)
    if website is not None and user is None:
        site = websites.find_website(OPERATOR, website)
        found = effective.list_website_access(OPERATOR, site.id, window, search=search)
        show_access(found, ON_WEBSITE, as_json=as_json)
    elif user is not None and website is None:
        show_access(of_user(user, window, search), OF_USER, as_json=as_json)
    else:
        raise click.UsageError("Name either --website or --user.")
