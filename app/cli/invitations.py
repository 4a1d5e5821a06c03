"""``frontdesk invitations …``"""

from typing import TYPE_CHECKING

import click

from app.cli.guard import guarded
from app.cli.links import link_values
from app.cli.output import confirm, done, json_option, plain, show, show_list, yes_option
from app.cli.paging import Paging, page_options
from app.cli.services import invitations, teams, websites
from app.domain.actor import OPERATOR
from app.domain.invitations import LEAST_DAYS, MOST_DAYS
from app.domain.roles import Role, SiteRole, TeamRole
from app.security.link_tokens import INVITATION

if TYPE_CHECKING:
    from app.services.invitations.views import InvitationView

COLUMNS = ("id", "username", "email", "role", "state", "inviter_name", "expires_at")
ROLES = click.Choice([role.value for role in Role])
RIGHTS = click.Choice([role.value for role in SiteRole])
TEAM_ROLES = click.Choice([role.value for role in TeamRole])
days_option = click.option(
    "--days",
    type=click.FloatRange(LEAST_DAYS, MOST_DAYS),
    help="Days until the link expires; FRONTDESK_INVITATION_DAYS by default.",
)


@click.group("invitations")
def group() -> None:
    """Manage invitations."""


@group.command("create")
@click.argument("username", required=False)
@click.option("--email", help="Where to mail the link, if mail is configured; also the username if none is given.")
@click.option("--role", type=ROLES, default=Role.USER.value, show_default=True, help="The role of the account.")
@click.option(
    "--website",
    "grants",
    type=(str, RIGHTS),
    multiple=True,
    metavar="WEBSITE ROLE",
    help="Access to a website; may be repeated.",
)
@click.option(
    "--team",
    "members",
    type=(str, TEAM_ROLES),
    multiple=True,
    metavar="TEAM ROLE",
    help="A team to join; may be repeated.",
)
@days_option
@json_option
@guarded
def create(
    username: str | None,
    email: str | None,
    role: str,
    grants: tuple[tuple[str, str], ...],
    members: tuple[tuple[str, str], ...],
    days: float | None,
    as_json: bool,
) -> None:
    """
    Invite a user, and print the link.

    The user opens it and chooses a password; then the account is ready.
    """
    made = invitations.invite(
        OPERATOR,
        username=username,
        email=email,
        role=role,
        grants=[{"website_id": websites.find_website(OPERATOR, name).id, "role": right} for name, right in grants],
        teams=[{"team_id": teams.find_team(OPERATOR, name).id, "role": place} for name, place in members],
        days=days,
    )
    _show_with_link(made, as_json=as_json)


@group.command("list")
@click.option("--search", help="Part of the username or address, in any case.")
@page_options
@json_option
@guarded
def list_(search: str | None, paging: Paging, as_json: bool) -> None:
    """List all invitations, newest first."""
    found = paging.pages(lambda window: invitations.list_invitations(OPERATOR, window, search=search))
    show_list(found, COLUMNS, as_json=as_json)


@group.command("show")
@click.argument("invitation")
@json_option
@guarded
def show_(invitation: str, as_json: bool) -> None:
    """
    Show an invitation.

    INVITATION is its id, or the username or e-mail address of the account.
    """
    show(invitations.find_invitation(OPERATOR, invitation), COLUMNS, as_json=as_json)


@group.command("resend")
@click.argument("invitation")
@days_option
@json_option
@guarded
def resend(invitation: str, days: float | None, as_json: bool) -> None:
    """
    Make a new link, mail it if possible, and print it.

    INVITATION is its id, or the username or e-mail address of the account.
    Earlier links stop working.
    """
    found = invitations.find_invitation(OPERATOR, invitation)
    _show_with_link(invitations.resend(OPERATOR, found.id, days=days), as_json=as_json)


@group.command("revoke")
@click.argument("invitation")
@yes_option
@json_option
@guarded
def revoke(invitation: str, yes: bool, as_json: bool) -> None:
    """
    Revoke an invitation, and delete its account.

    INVITATION is its id, or the username or e-mail address of the account.
    """
    found = invitations.find_invitation(OPERATOR, invitation)
    confirm(f"Revoke the invitation of {plain(found.username)}?", yes=yes)
    invitations.revoke(OPERATOR, found.id)
    done(f"{plain(found.username)} is no longer invited.", as_json=as_json, id=found.id)


def _show_with_link(view: "InvitationView", *, as_json: bool) -> None:
    links = link_values(INVITATION, view.token or "", as_json=as_json)
    values = {name: getattr(view, name) for name in COLUMNS} | links
    show(values, tuple(values), as_json=as_json)
