"""``frontdesk teams …``"""

import click

from app.cli.aliases import Aliases
from app.cli.guard import guarded
from app.cli.output import confirm, done, json_option, plain, show, show_list, yes_option
from app.cli.paging import Paging, page_options
from app.cli.services import accounts, memberships, teams
from app.domain.actor import OPERATOR
from app.domain.roles import TeamRole
from app.security.tokens import new_access_code as make_access_code

COLUMNS = ("id", "name", "created_at")
LISTED = (*COLUMNS, "website_count", "member_count")
CODE = ("access_code",)
MEMBER = ("user_id", "username", "role", "created_at")
ROLES = click.Choice([role.value for role in TeamRole])
with_code = click.option("--access-code", is_flag=True, help="Show the access code, with which users can join.")


@click.group("teams", cls=Aliases, aliases={"members": "list-members", "set-member-role": "update-member"})
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
def list_(search: str | None, access_code: bool, paging: Paging, as_json: bool) -> None:
    """List all teams, newest first."""
    found = paging.pages(lambda window: teams.list_all_teams(OPERATOR, window, search=search))
    show_list(found, LISTED + CODE * access_code, as_json=as_json)


@group.command("show")
@click.argument("team")
@with_code
@json_option
@guarded
def show_(team: str, access_code: bool, as_json: bool) -> None:
    """Show a team, by name or id."""
    show(teams.find_team(OPERATOR, team), COLUMNS + CODE * access_code, as_json=as_json)


@group.command("update")
@click.argument("team")
@click.option("--name", help="The new name.")
@click.option("--new-access-code", is_flag=True, help="Replace the access code, and show the new one.")
@json_option
@guarded
def update(team: str, name: str | None, new_access_code: bool, as_json: bool) -> None:
    """Change a team's name or access code."""
    if name is None and not new_access_code:
        raise click.UsageError("Nothing to change: specify --name or --new-access-code.")
    code = make_access_code() if new_access_code else None
    found = teams.update_team(OPERATOR, teams.find_team(OPERATOR, team).id, name=name, access_code=code)
    show(found, COLUMNS + CODE * new_access_code, as_json=as_json)


@group.command("delete")
@click.argument("team")
@yes_option
@json_option
@guarded
def delete(team: str, yes: bool, as_json: bool) -> None:
    """
    Delete a team.

    Its websites pass to the owner who has been in the team longest.
    """
    found = teams.find_team(OPERATOR, team)
    confirm(f"Delete the team {plain(found.name)} permanently?", yes=yes)
    teams.delete_team(OPERATOR, found.id)
    done(f"Deleted the team {plain(found.name)}.", as_json=as_json, id=found.id)


@group.command("list-members")
@click.argument("team")
@page_options
@json_option
@guarded
def list_members(team: str, paging: Paging, as_json: bool) -> None:
    """List the members of a team."""
    team_id = teams.find_team(OPERATOR, team).id
    found = paging.pages(lambda window: memberships.list_members(OPERATOR, team_id, window))
    show_list(found, MEMBER, as_json=as_json)


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


@group.command("update-member")
@click.argument("team")
@click.argument("user")
@click.argument("role", type=ROLES)
@json_option
@guarded
def update_member(team: str, user: str, role: str, as_json: bool) -> None:
    """Change the role of a member."""
    team_id, found = teams.find_team(OPERATOR, team).id, accounts.find_user(OPERATOR, user)
    memberships.update_member(OPERATOR, team_id, found.id, role=role)
    done(f"{found.username} now has the role {role}.", as_json=as_json, user_id=found.id, role=role)


@group.command("remove-member")
@click.argument("team")
@click.argument("user")
@click.option("--keep-grants", is_flag=True, help="Keep the user's grants on the team's websites.")
@yes_option
@json_option
@guarded
def remove_member(team: str, user: str, keep_grants: bool, yes: bool, as_json: bool) -> None:
    """
    Remove a member from a team.

    The user's grants on the team's websites are removed as well.
    """
    place, found = teams.find_team(OPERATOR, team), accounts.find_user(OPERATOR, user)
    confirm(f"Remove {found.username} from the team {plain(place.name)}?", yes=yes)
    memberships.remove_member(OPERATOR, place.id, found.id, keep_grants=keep_grants)
    done(f"{found.username} is no longer in the team.", as_json=as_json, user_id=found.id)
