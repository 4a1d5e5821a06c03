"""``frontdesk teams …``"""

import click

from app.cli.guard import guarded
from app.cli.output import confirm, done, json_option, plain, show, show_all
from app.cli.paging import page_options
from app.domain.actor import OPERATOR
from app.domain.pagination import Window
from app.domain.roles import TeamRole
from app.services.teams import memberships, teams
from app.services.users import accounts

COLUMNS = ("id", "name", "created_at")
LISTED = (*COLUMNS, "website_count", "member_count")
CODE = ("access_code",)
MEMBER = ("user_id", "username", "role", "created_at")
ROLES = click.Choice([role.value for role in TeamRole])
with_code = click.option("--access-code", is_flag=True, help="Show the access code, with which users can join.")


@click.group("teams")
def group() -> None:
    """Manage teams and their members."""


@group.command("create")
@click.argument("name")
@click.option("--owner", required=True, metavar="USER", help="The owner, by name or id.")
@json_option
@guarded
def create(name: str, owner: str, as_json: bool) -> None:
    """Create a team."""
    team, _ = teams.create_team(OPERATOR, name=name, owner_id=accounts.find_user(OPERATOR, owner).id)
    show(team, COLUMNS, as_json=as_json)


@group.command("list")
@click.option("--search", help="Part of the name, in any case.")
@with_code
@page_options
@json_option
@guarded
def list_(search: str | None, access_code: bool, page: int, page_size: int, as_json: bool) -> None:
    """List all teams, newest first."""
    found = teams.list_all_teams(OPERATOR, Window.of_page(page, page_size), search=search)
    show_all(found.rows, LISTED + CODE * access_code, total=found.total, as_json=as_json)


@group.command("show")
@click.argument("team")
@with_code
@json_option
@guarded
def show_(team: str, access_code: bool, as_json: bool) -> None:
    """Show a team, by name or id."""
    show(teams.find_team(OPERATOR, team), COLUMNS + CODE * access_code, as_json=as_json)


@group.command("delete")
@click.argument("team")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@json_option
@guarded
def delete(team: str, yes: bool, as_json: bool) -> None:
    """
    Delete a team.

    Its websites pass to the owner who has been in the team longest.
    """
    found = teams.find_team(OPERATOR, team)
    if not yes:
        confirm(f"Delete the team {plain(found.name)} permanently?")
    teams.delete_team(OPERATOR, found.id)
    done(f"Deleted the team {plain(found.name)}.", as_json=as_json, id=found.id)


@group.command("members")
@click.argument("team")
@page_options
@json_option
@guarded
def members(team: str, page: int, page_size: int, as_json: bool) -> None:
    """List the members of a team."""
    window = Window.of_page(page, page_size)
    found = memberships.list_members(OPERATOR, teams.find_team(OPERATOR, team).id, window)
    show_all(found.rows, MEMBER, total=found.total, as_json=as_json)


@group.command("add-member")
@click.argument("team")
@click.argument("user")
@click.option("--role", type=ROLES, default=TeamRole.MEMBER.value, show_default=True, help="The role in the team.")
@json_option
@guarded
def add_member(team: str, user: str, role: str, as_json: bool) -> None:
    """Add a user to a team."""
    team_id, found = teams.find_team(OPERATOR, team).id, accounts.find_user(OPERATOR, user)
    memberships.add_member(OPERATOR, team_id, user_id=found.id, role=role)
    done(f"{found.username} now has the role {role}.", as_json=as_json, user_id=found.id, role=role)


@group.command("set-member-role")
@click.argument("team")
@click.argument("user")
@click.argument("role", type=ROLES)
@json_option
@guarded
def set_member_role(team: str, user: str, role: str, as_json: bool) -> None:
    """Change the role of a member."""
    team_id, found = teams.find_team(OPERATOR, team).id, accounts.find_user(OPERATOR, user)
    memberships.update_member(OPERATOR, team_id, found.id, role=role)
    done(f"{found.username} now has the role {role}.", as_json=as_json, user_id=found.id, role=role)


@group.command("remove-member")
@click.argument("team")
@click.argument("user")
@click.option("--keep-grants", is_flag=True, help="Keep the user's grants on the team's websites.")
@json_option
@guarded
def remove_member(team: str, user: str, keep_grants: bool, as_json: bool) -> None:
    """
    Remove a member from a team.

    The user's grants on the team's websites are removed as well.
    """
    team_id, found = teams.find_team(OPERATOR, team).id, accounts.find_user(OPERATOR, user)
    memberships.remove_member(OPERATOR, team_id, found.id, keep_grants=keep_grants)
    done(f"{found.username} is no longer in the team.", as_json=as_json, user_id=found.id)
