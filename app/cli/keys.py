"""``frontdesk keys …``"""

from datetime import datetime
from typing import Any
from uuid import UUID

import click

from app.cli.expiry import expiry_option
from app.cli.guard import guarded
from app.cli.output import confirm, counted, done, hand_over, json_option, show_list, yes_option
from app.cli.services import accounts, api_keys
from app.domain.actor import OPERATOR
from app.domain.pagination import Page
from app.domain.scopes import Scope

COLUMNS = ("id", "name", "key_prefix", "scopes", "created_at", "last_used_at", "expires_at")


@click.group("keys")
def group() -> None:
    """Manage API keys."""


@group.command("create")
@click.argument("user")
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice([scope.value for scope in Scope]),
    multiple=True,
    metavar="SCOPE",
    help="What the key can be used for; may be repeated. Default: as Umami's keys, all but managing users.",
)
@expiry_option
@json_option
@guarded
def create(user: str, name: str, scopes: tuple[str, ...], expires_at: datetime | None, as_json: bool) -> None:
    """
    Create an API key for a user, and print it.

    SCOPE is users:read, users:write, teams:read, teams:write,
    websites:read, websites:write, audit:read or admin.
    """
    found = accounts.find_user(OPERATOR, user)
    wanted = frozenset(map(Scope, scopes)) or None
    made = api_keys.create_key(OPERATOR, found.id, name=name, scopes=wanted, expires_at=expires_at)
    hand_over(made.key, as_json=as_json, id=made.id, key=made.key)


@group.command("list")
@click.argument("user")
@json_option
@guarded
def list_(user: str, as_json: bool) -> None:
    """List a user's API keys, newest first."""
    found = api_keys.list_keys(OPERATOR, accounts.find_user(OPERATOR, user).id)
    show_list([Page(found, len(found))], COLUMNS, as_json=as_json, to_data=_with_list)


def _with_list(row: Any) -> dict[str, Any]:
    return {**row._asdict(), "scopes": None if row.scopes is None else row.scopes.split()}


@group.command("revoke")
@click.argument("user")
@click.argument("key", type=click.UUID, required=False)
@click.option("--all", "everything", is_flag=True, help="All keys of the user.")
@yes_option
@json_option
@guarded
def revoke(user: str, key: UUID | None, everything: bool, yes: bool, as_json: bool) -> None:
    """End one API key of a user by its id, or all of them."""
    if (key is None) != everything:
        raise click.UsageError("Specify a key id or --all.")
    found = accounts.find_user(OPERATOR, user)
    confirm(f"End {'all API keys' if key is None else 'this API key'} of {found.username}?", yes=yes)
    if key is None:
        count = api_keys.revoke_all(OPERATOR, found.id)
    else:
        api_keys.revoke_key(OPERATOR, found.id, key)
        count = 1
    done(f"Ended {counted(count, 'API key')} of {found.username}.", as_json=as_json, count=count)
