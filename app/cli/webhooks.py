"""``frontdesk webhooks …``"""

from typing import Any
from uuid import UUID

import click

from app.cli.guard import guarded
from app.cli.output import confirm, done, hand_over, json_option, show_list, yes_option
from app.cli.paging import Paging, page_options
from app.cli.services import webhooks
from app.domain.actor import OPERATOR
from app.domain.errors import WebhookNotDelivered
from app.domain.pagination import Page

COLUMNS = ("id", "url", "events", "state", "waiting", "created_at")
DELIVERY_COLUMNS = ("id", "type", "state", "status", "attempts", "created_at", "due_at", "error")


@click.group("webhooks")
def group() -> None:
    """Manage webhooks, and try them."""


@group.command("list")
@json_option
@guarded
def list_(as_json: bool) -> None:
    """List all webhooks, oldest first."""
    found = webhooks.list_webhooks(OPERATOR)
    show_list([Page(found, len(found))], COLUMNS, as_json=as_json, to_row=_as_row)


@group.command("create")
@click.argument("url")
@click.option(
    "--event",
    "selection",
    multiple=True,
    default=["*"],
    metavar="EVENT",
    help="A group or a type of events; may be repeated. Default: all.",
)
@json_option
@guarded
def create(url: str, selection: tuple[str, ...], as_json: bool) -> None:
    """
    Create a webhook, and print its secret.

    The secret verifies the signatures of messages.

    EVENT is users, teams, memberships, websites, grants, invitations,
    sign-ins, credentials, server, or an action of the audit log.
    """
    made = webhooks.create(OPERATOR, url=url, selection=selection)
    hand_over(made.secret, as_json=as_json, id=made.id, secret=made.secret)


@group.command("update")
@click.argument("webhook_id", metavar="ID", type=click.UUID)
@click.option("--event", "selection", multiple=True, metavar="EVENT", help="Send these events; may be repeated.")
@click.option("--enable/--disable", "enabled", default=None, help="Start or stop sending events.")
@json_option
@guarded
def update(webhook_id: UUID, selection: tuple[str, ...], enabled: bool | None, as_json: bool) -> None:
    """Choose other events, or enable or disable a webhook."""
    if not selection and enabled is None:
        raise click.UsageError("Specify --event, --enable or --disable.")
    webhooks.update(OPERATOR, webhook_id, selection=selection or None, enabled=enabled)
    done("Updated the webhook.", as_json=as_json)


@group.command("delete")
@click.argument("webhook_id", metavar="ID", type=click.UUID)
@yes_option
@json_option
@guarded
def delete(webhook_id: UUID, yes: bool, as_json: bool) -> None:
    """Delete a webhook, with its log of deliveries."""
    confirm("Delete this webhook, and the messages that wait for it?", yes=yes)
    webhooks.delete(OPERATOR, webhook_id)
    done("Deleted the webhook.", as_json=as_json)


@group.command("test")
@click.argument("webhook_id", metavar="ID", type=click.UUID)
@json_option
@guarded
def test(webhook_id: UUID, as_json: bool) -> None:
    """Send a test message now, and show how the receiver responds."""
    queued = webhooks.test(OPERATOR, webhook_id)
    found = webhooks.send_now(OPERATOR, webhook_id, queued.id)
    if found.delivered_at is None and found.error:
        raise WebhookNotDelivered(found.error)
    said = f"The receiver accepted a test message (status {found.status})."
    if found.delivered_at is None:
        said = "The test message waits for its turn: other messages are being delivered, or failed just now."
    done(said, as_json=as_json, id=found.id, state=_state(found), status=found.status)


@group.command("rotate-secret")
@click.argument("webhook_id", metavar="ID", type=click.UUID)
@json_option
@guarded
def rotate_secret(webhook_id: UUID, as_json: bool) -> None:
    """Print a new secret; the former signs for another day."""
    made = webhooks.rotate_secret(OPERATOR, webhook_id)
    hand_over(made.secret, as_json=as_json, secret=made.secret, former_until=made.former_until)


@group.command("deliveries")
@click.argument("webhook_id", metavar="ID", type=click.UUID)
@page_options
@json_option
@guarded
def deliveries(webhook_id: UUID, paging: Paging, as_json: bool) -> None:
    """List the messages to a webhook, newest first."""
    found = paging.pages(lambda window: webhooks.list_deliveries(OPERATOR, webhook_id, window))
    show_list(found, DELIVERY_COLUMNS, as_json=as_json, to_row=_as_delivery)


@group.command("redeliver")
@click.argument("webhook_id", metavar="ID", type=click.UUID)
@click.argument("delivery_id", metavar="DELIVERY", type=click.UUID)
@json_option
@guarded
def redeliver(webhook_id: UUID, delivery_id: UUID, as_json: bool) -> None:
    """Deliver a message once more, with the same id."""
    webhooks.redeliver(OPERATOR, webhook_id, delivery_id)
    done("The server will deliver the message again within seconds.", as_json=as_json)


def _as_row(webhook: Any) -> dict[str, Any]:
    state = "disabled" if webhook.disabled_at else "failing" if webhook.failing_since else "ok"
    return {**webhook._asdict(), "state": state}


def _as_delivery(message: Any) -> dict[str, Any]:
    return {**message._asdict(), "state": _state(message)}


def _state(message: Any) -> str:
    return "delivered" if message.delivered_at else "waiting" if message.due_at else "given up"
