"""``/api/admin/webhooks``: webhooks. Umami has none; the style is Umami's."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint

from app.api.umami.operation import current_actor, operation
from app.api.umami.schemas.auth import Ok
from app.api.umami.schemas.lists import ArrayOf, Listing, ListQuery, PageOf
from app.api.umami.schemas.webhooks import (
    DeliveryOut,
    WebhookCreate,
    WebhookMade,
    WebhookOut,
    WebhookSecret,
    WebhookUpdate,
)
from app.domain.pagination import Page
from app.domain.scopes import Scope
from app.services.webhooks import manage

bp = Blueprint("webhooks", __name__, url_prefix="/admin/webhooks")


@bp.get("")
@operation(ArrayOf(WebhookOut), scope=Scope.ADMIN)
def list_webhooks() -> Sequence[Any]:
    """List all webhooks, oldest first."""
    return manage.list_webhooks(current_actor())


@bp.post("")
@operation(WebhookMade, takes=WebhookCreate, scope=Scope.ADMIN)
def create_webhook(data: dict[str, Any]) -> Any:
    """Create a webhook. Its secret is returned only this once."""
    return manage.create(current_actor(), **data)


@bp.get("/<webhook_id>")
@operation(WebhookOut, scope=Scope.ADMIN)
def get_webhook(webhook_id: UUID) -> Any:
    """Return one webhook."""
    return manage.get(current_actor(), webhook_id)


@bp.post("/<webhook_id>")
@operation(WebhookOut, takes=WebhookUpdate, scope=Scope.ADMIN)
def update_webhook(webhook_id: UUID, data: dict[str, Any]) -> Any:
    """
    Choose other events, or disable or enable a webhook.

    Events that happen while it is disabled are never sent to it.
    """
    return manage.update(current_actor(), webhook_id, **data)


@bp.delete("/<webhook_id>")
@operation(Ok, scope=Scope.ADMIN)
def delete_webhook(webhook_id: UUID) -> None:
    """Delete a webhook, with its log of deliveries."""
    manage.delete(current_actor(), webhook_id)


@bp.post("/<webhook_id>/secret")
@operation(WebhookSecret, scope=Scope.ADMIN)
def rotate_webhook_secret(webhook_id: UUID) -> Any:
    """
    Give a webhook a new secret, which is returned only this once.

    For a day, messages are also signed with the former one.
    """
    return manage.rotate_secret(current_actor(), webhook_id)


@bp.post("/<webhook_id>/test")
@operation(DeliveryOut, scope=Scope.ADMIN)
def test_webhook(webhook_id: UUID) -> Any:
    """
    Send a test message of the type `ping`.

    It is sent in the background; the log of deliveries says how it went.
    """
    return manage.test(current_actor(), webhook_id)


@bp.get("/<webhook_id>/deliveries")
@operation(PageOf(DeliveryOut), query=ListQuery, scope=Scope.ADMIN)
def list_webhook_deliveries(webhook_id: UUID, query: Listing) -> Page[Any]:
    """List the messages to a webhook, newest first: those that wait, and those of the last 30 days."""
    return manage.list_deliveries(current_actor(), webhook_id, query.window)


@bp.post("/<webhook_id>/deliveries/<delivery_id>/redeliver")
@operation(DeliveryOut, scope=Scope.ADMIN)
def redeliver_to_webhook(webhook_id: UUID, delivery_id: UUID) -> Any:
    """Deliver a message once more, with the same id and body."""
    return manage.redeliver(current_actor(), webhook_id, delivery_id)
