"""``frontdesk websites …``"""

from typing import Any
from uuid import UUID

import click

from app.cli.guard import guarded
from app.cli.output import confirm, done, json_option, plain, show, show_page
from app.cli.paging import page_options
from app.domain.actor import OPERATOR
from app.domain.pagination import Page, Window
from app.services.teams import teams
from app.services.users import accounts
from app.services.websites import websites

COLUMNS = ("id", "name", "domain", "user_id", "team_id", "share_slug", "created_at")


@click.group("websites")
def group() -> None:
    """Websites: create, list, show, change, delete."""


@group.command("create")
@click.argument("name")
@click.argument("domain")
@click.option("--owner", metavar="USER", help="The user who owns it, by name or id.")
@click.option("--team", metavar="TEAM", help="The team that owns it, by name or id.")
@click.option("--id", "website_id", type=click.UUID, help="The id to give it; a fresh one by default.")
@json_option
@guarded
def create(name: str, domain: str, owner: str | None, team: str | None, website_id: UUID | None, as_json: bool) -> None:
    """Register a website of a user or a team."""
    if (owner is None) == (team is None):
        raise click.UsageError("Name either --owner or --team.")
    made = websites.create_website(
        OPERATOR,
        name=name,
        domain=domain,
        owner_id=accounts.find_user(OPERATOR, owner).id if owner else None,
        team_id=teams.find_team(OPERATOR, team).id if team else None,
        id=website_id,
    )
    show(made, COLUMNS, as_json=as_json)


@group.command("list")
@click.option("--search", help="Part of the name or domain, in any case.")
@click.option("--user", metavar="USER", help="Of this user alone, by name or id.")
@click.option("--team", metavar="TEAM", help="Of this team alone, by name or id.")
@page_options
@json_option
@guarded
def list_(search: str | None, user: str | None, team: str | None, page: int, page_size: int, as_json: bool) -> None:
    """All websites, newest first, or those of a user or a team, by name."""
    window = Window.of_page(page, page_size)
    if user and team:
        raise click.UsageError("Name either --user or --team.")
    found: Page[Any]
    if user:
        owner_id = accounts.find_user(OPERATOR, user).id
        found = websites.list_websites(OPERATOR, window, user_id=owner_id, search=search)
    elif team:
        found = websites.list_team_websites(OPERATOR, teams.find_team(OPERATOR, team).id, window, search=search)
    else:
        views = websites.list_all_websites(OPERATOR, window, search=search)
        found = views.with_rows([view.website for view in views.rows])
    show_page(found, COLUMNS, as_json=as_json)


@group.command("show")
@click.argument("website")
@json_option
@guarded
def show_(website: str, as_json: bool) -> None:
    """One website, by its id, domain or name."""
    show(websites.find_website(OPERATOR, website), COLUMNS, as_json=as_json)


@group.command("update")
@click.argument("website")
@click.option("--name", help="The new name.")
@click.option("--domain", help="The new domain.")
@json_option
@guarded
def update(website: str, name: str | None, domain: str | None, as_json: bool) -> None:
    """Rename a website, or change its domain."""
    changes: dict[str, Any] = {
        key: value for key, value in {"name": name, "domain": domain}.items() if value is not None
    }
    if not changes:
        raise click.UsageError("Nothing to change: give --name or --domain.")
    found = websites.find_website(OPERATOR, website)
    show(websites.update_website(OPERATOR, found.id, **changes), COLUMNS, as_json=as_json)


@group.command("delete")
@click.argument("website")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@guarded
def delete(website: str, yes: bool, as_json: bool) -> None:
    """Delete a website and its public links."""
    found = websites.find_website(OPERATOR, website)
    if not yes:
        confirm(f"Delete the website {plain(found.name)} ({plain(found.domain)}) for good?")
    websites.delete_website(OPERATOR, found.id)
    done(f"The website {plain(found.name)} is deleted.", as_json=as_json, id=found.id)
