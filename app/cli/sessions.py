"""``frontdesk sessions …``"""

from uuid import UUID

import click

from app.cli.guard import guarded
from app.cli.output import counted, done, json_option, show_all
from app.cli.paging import page_options
from app.domain.actor import OPERATOR
from app.domain.pagination import Window
from app.services.authentication import sessions
from app.services.users import accounts

COLUMNS = ("id", "created_at", "last_used_at", "expires_at", "address", "user_agent")


@click.group("sessions")
def group() -> None:
    """Manage sessions of logged-in users."""


@group.command("list")
@click.argument("user")
@page_options
@json_option
@guarded
def list_(user: str, page: int, page_size: int, as_json: bool) -> None:
    """List a user's sessions, newest first."""
    found = sessions.list_sessions(
        OPERATOR, Window.of_page(page, page_size), user_id=accounts.find_user(OPERATOR, user).id
    )
    show_all([view.session for view in found.rows], COLUMNS, total=found.total, as_json=as_json)


@group.command("revoke")
@click.argument("user")
@click.argument("session", type=click.UUID, required=False)
@click.option("--all", "everything", is_flag=True, help="All sessions of the user.")
@json_option
@guarded
def revoke(user: str, session: UUID | None, everything: bool, as_json: bool) -> None:
    """End one session of a user, or all of them."""
    if (session is None) != everything:
        raise click.UsageError("Specify a session id or --all.")
    found = accounts.find_user(OPERATOR, user)
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
