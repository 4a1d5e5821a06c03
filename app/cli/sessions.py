"""``frontdesk sessions …``"""

from uuid import UUID

import click

from app.cli.guard import guarded
from app.cli.output import confirm, counted, done, json_option, show_list, yes_option
from app.cli.paging import Paging, page_options
from app.cli.services import accounts, sessions
from app.domain.actor import OPERATOR

COLUMNS = ("id", "created_at", "last_used_at", "expires_at", "address", "user_agent")


@click.group("sessions")
def group() -> None:
    """Manage sessions of logged-in users."""


@group.command("list")
@click.argument("user")
@page_options
@json_option
@guarded
def list_(user: str, paging: Paging, as_json: bool) -> None:
    """List a user's sessions, newest first."""
    user_id = accounts.find_user(OPERATOR, user).id
    found = paging.pages(lambda window: sessions.list_sessions(OPERATOR, window, user_id=user_id))
    show_list(found, COLUMNS, as_json=as_json, to_row=lambda view: view.session)


@group.command("revoke")
@click.argument("user")
@click.argument("session", type=click.UUID, required=False)
@click.option("--all", "everything", is_flag=True, help="All sessions of the user.")
@yes_option
@json_option
@guarded
def revoke(user: str, session: UUID | None, everything: bool, yes: bool, as_json: bool) -> None:
    """End one session of a user, or all of them."""
    if (session is None) != everything:
        raise click.UsageError("Specify a session id or --all.")
    found = accounts.find_user(OPERATOR, user)
    confirm(f"End {'all sessions' if session is None else 'this session'} of {found.username}?", yes=yes)
    if session is None:
        count = sessions.revoke_user(OPERATOR, found.id)
    else:
        sessions.revoke_session(OPERATOR, session, user_id=found.id)
        count = 1
    done(f"Ended {counted(count, 'session')} of {found.username}.", as_json=as_json, count=count)


@group.command("prune")
@json_option
@guarded
def prune(as_json: bool) -> None:
    """Delete expired sessions; meant for cron."""
    count = sessions.prune(OPERATOR)
    done(f"Deleted {counted(count, 'expired session')}.", as_json=as_json, count=count)
