"""``frontdesk tokens …``"""

from datetime import datetime
from uuid import UUID

import click

from app.cli.expiry import expiry_option
from app.cli.guard import guarded
from app.cli.output import confirm, counted, done, hand_over, json_option, show_list, yes_option
from app.cli.services import access_tokens, accounts
from app.domain.actor import OPERATOR
from app.domain.pagination import Page

COLUMNS = ("id", "description", "created_at", "last_used_at", "expires_at")


@click.group("tokens")
def group() -> None:
    """Manage access tokens for scripts."""


@group.command("create")
@click.argument("user")
@click.argument("description")
@expiry_option
@json_option
@guarded
def create(user: str, description: str, expires_at: datetime | None, as_json: bool) -> None:
    """Create a token with all rights of a user, and print it."""
    found = accounts.find_user(OPERATOR, user)
    token = access_tokens.create_token(OPERATOR, found.id, description=description, expires_at=expires_at)
    hand_over(token, as_json=as_json, token=token)


@group.command("list")
@click.argument("user")
@json_option
@guarded
def list_(user: str, as_json: bool) -> None:
    """List a user's tokens, newest first."""
    found = access_tokens.list_tokens(OPERATOR, accounts.find_user(OPERATOR, user).id)
    show_list([Page(found, len(found))], COLUMNS, as_json=as_json)


@group.command("revoke")
@click.argument("user")
@click.argument("token", type=click.UUID, required=False)
@click.option("--all", "everything", is_flag=True, help="All tokens of the user.")
@yes_option
@json_option
@guarded
def revoke(user: str, token: UUID | None, everything: bool, yes: bool, as_json: bool) -> None:
    """Revoke one token of a user by its id, or all of them."""
    if (token is None) != everything:
        raise click.UsageError("Specify a token id or --all.")
    found = accounts.find_user(OPERATOR, user)
    confirm(f"Revoke {'all tokens' if token is None else 'this token'} of {found.username}?", yes=yes)
    if token is None:
        count = access_tokens.revoke_user(OPERATOR, found.id)
    else:
        access_tokens.revoke_token(OPERATOR, token, user_id=found.id)
        count = 1
    done(f"Revoked {counted(count, 'token')} of {found.username}.", as_json=as_json, count=count)


@group.command("prune")
@json_option
@guarded
def prune(as_json: bool) -> None:
    """Delete expired tokens; meant for cron."""
    count = access_tokens.prune(OPERATOR)
    done(f"Deleted {counted(count, 'expired token')}.", as_json=as_json, count=count)
