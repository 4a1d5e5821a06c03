"""``frontdesk mail …``"""

from dataclasses import asdict
from typing import Any
from uuid import UUID

import click

from app.cli.guard import guarded
from app.cli.output import counted, done, json_option, show_list
from app.cli.paging import Paging, page_options
from app.domain.actor import OPERATOR
from app.services.notifications import mails

COLUMNS = ("id", "kind", "recipient", "state", "attempts", "created_at", "due_at", "last_error")


@click.group("mail")
def group() -> None:
    """Manage the outbox, and test the mail server."""


@group.command("send")
@json_option
@guarded
def send(as_json: bool) -> None:
    """Send all mails that are due; a running server does this."""
    tally = mails.deliver_now(OPERATOR)
    said = f"{counted(tally.sent, 'mail')} sent, {tally.postponed} postponed, {tally.given_up} given up."
    if tally.unreachable:
        said += f" The mail server accepts no mail at present: {tally.unreachable}"
    done(said, as_json=as_json, **asdict(tally))


@group.command("list")
@page_options
@json_option
@guarded
def list_(paging: Paging, as_json: bool) -> None:
    """List mails that are waiting or given up, oldest first."""
    found = paging.pages(lambda window: mails.list_mails(OPERATOR, window))
    show_list(found, COLUMNS, as_json=as_json, to_row=_as_row)


@group.command("retry")
@click.argument("mail_id", metavar="[ID]", required=False, type=click.UUID)
@json_option
@guarded
def retry(mail_id: UUID | None, as_json: bool) -> None:
    """Retry one mail now, or all that were given up."""
    number = mails.retry(OPERATOR, mail_id)
    done(f"{counted(number, 'mail')} will be retried now.", as_json=as_json, count=number)


@group.command("test")
@click.argument("address")
@json_option
@guarded
def test(address: str, as_json: bool) -> None:
    """Send a test mail to an address now."""
    mails.send_test(OPERATOR, address)
    done(f"The mail server accepted a test mail to {address}.", as_json=as_json)


def _as_row(mail: Any) -> dict[str, Any]:
    row = {name: getattr(mail, name, None) for name in COLUMNS}
    return row | {"state": "waiting" if mail.due_at else "given up"}
