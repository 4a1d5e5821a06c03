"""``frontdesk users …``"""

from typing import Any
from uuid import UUID

import click

from app.cli.guard import guarded
from app.cli.links import link_values
from app.cli.output import confirm, done, json_option, show, show_page
from app.cli.paging import page_options
from app.cli.passwords import password_options, read_password
from app.domain.actor import OPERATOR
from app.domain.pagination import Window
from app.domain.roles import Role
from app.security.link_tokens import PASSWORD_RESET
from app.services.authentication import password_resets
from app.services.users import accounts

COLUMNS = ("id", "username", "role", "created_at")
PROFILE = ("email", "display_name", "last_seen_at", "pending")
ROLES = click.Choice([role.value for role in Role])


@click.group("users")
def group() -> None:
    """Accounts: create, list, show, change, delete."""


@group.command("create")
@click.argument("username")
@click.option("--role", type=ROLES, default=Role.USER.value, show_default=True, help="What it may do.")
@click.option("--id", "user_id", type=click.UUID, help="The id to give it; a fresh one by default.")
@click.option("--email", help="Its owner's e-mail address.")
@click.option("--display-name", help="What its owner is called.")
@password_options
@json_option
@guarded
def create(
    username: str, user_id: UUID | None, password_stdin: bool, generate: bool, as_json: bool, **given: Any
) -> None:
    """Open an account."""
    password, made = read_password(password_stdin=password_stdin, generate=generate)
    user = accounts.create_user(OPERATOR, username=username, password=password, id=user_id, **given)
    said = (*COLUMNS, *[name for name in ("email", "display_name") if getattr(user, name) is not None])
    values = {name: getattr(user, name) for name in said} | ({"password": password} if made else {})
    show(values, tuple(values), as_json=as_json)


@group.command("list")
@click.option("--search", help="Part of the name, e-mail address or display name.")
@page_options
@json_option
@guarded
def list_(search: str | None, page: int, page_size: int, as_json: bool) -> None:
    """All accounts, newest first."""
    found = accounts.list_users(OPERATOR, Window.of_page(page, page_size), search=search)
    show_page(found, (*COLUMNS, "website_count"), as_json=as_json)


@group.command("show")
@click.argument("user")
@json_option
@guarded
def show_(user: str, as_json: bool) -> None:
    """
    One account, by any of its names.

    USER is its username, id or e-mail address, or the display name of no other account.
    """
    show(accounts.find_user_by_any_name(OPERATOR, user), (*COLUMNS, *PROFILE), as_json=as_json)


@group.command("set-password")
@click.argument("user")
@password_options
@json_option
@guarded
def set_password(user: str, password_stdin: bool, generate: bool, as_json: bool) -> None:
    """Set an account's password; its logins end."""
    found = accounts.find_user(OPERATOR, user)
    password, made = read_password(password_stdin=password_stdin, generate=generate)
    accounts.update_user(OPERATOR, found.id, password=password)
    values = {"username": found.username} | ({"password": password} if made else {})
    if made:
        show(values, tuple(values), as_json=as_json)
    else:
        done(f"The password of {found.username} is set.", as_json=as_json, **values)


@group.command("set-username")
@click.argument("user")
@click.argument("username")
@json_option
@guarded
def set_username(user: str, username: str, as_json: bool) -> None:
    """Rename an account; its logins go on."""
    found = accounts.update_user(OPERATOR, accounts.find_user(OPERATOR, user).id, username=username)
    show(found, COLUMNS, as_json=as_json)


@group.command("set-display-name")
@click.argument("user")
@click.argument("display_name")
@json_option
@guarded
def set_display_name(user: str, display_name: str, as_json: bool) -> None:
    """Set a display name; an empty one takes it away."""
    found = accounts.update_user(OPERATOR, accounts.find_user(OPERATOR, user).id, display_name=display_name)
    show(found, (*COLUMNS, "display_name"), as_json=as_json)


@group.command("set-role")
@click.argument("user")
@click.argument("role", type=ROLES)
@json_option
@guarded
def set_role(user: str, role: str, as_json: bool) -> None:
    """Set an account's role."""
    found = accounts.update_user(OPERATOR, accounts.find_user(OPERATOR, user).id, role=role)
    show(found, COLUMNS, as_json=as_json)


@group.command("set-email")
@click.argument("user")
@click.argument("email")
@json_option
@guarded
def set_email(user: str, email: str, as_json: bool) -> None:
    """Set an e-mail address; an empty one takes it away."""
    found = accounts.update_user(OPERATOR, accounts.find_user(OPERATOR, user).id, email=email)
    show(found, (*COLUMNS, "email"), as_json=as_json)


@group.command("reset-link")
@click.argument("user")
@json_option
@guarded
def reset_link(user: str, as_json: bool) -> None:
    """A link by which its owner sets another password, once."""
    found = accounts.find_user(OPERATOR, user)
    token = password_resets.make_link(OPERATOR, found.id)
    values = link_values(PASSWORD_RESET, token, as_json=as_json)
    done(values.get("link") or values["path"], as_json=as_json, username=found.username, **values)


@group.command("delete")
@click.argument("user")
@click.option("--transfer-to", metavar="USER", help="Who gets the websites and teams, instead of deletion.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@guarded
def delete(user: str, transfer_to: str | None, yes: bool, as_json: bool) -> None:
    """Close an account for good."""
    found = accounts.find_user(OPERATOR, user)
    heir = accounts.find_user(OPERATOR, transfer_to).id if transfer_to else None
    if not yes:
        confirm(f"Delete {found.username} for good?")
    accounts.delete_user(OPERATOR, found.id, transfer_to=heir)
    done(f"{found.username} is deleted.", as_json=as_json, id=found.id)
