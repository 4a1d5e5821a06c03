"""Managing webhooks. For administrators."""

import base64
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.db.reads import fetch_all, fetch_one, fetch_window
from app.db.session import Unit, execute_count, retried, transaction
from app.domain import policy
from app.domain.actor import Actor
from app.domain.errors import NotFound, TooManyWebhooks, UnknownName
from app.domain.pagination import Page, Window
from app.models import Webhook, new_id, utcnow
from app.queries import webhooks as queries
from app.queries.webhooks import DeliveryRecord, WebhookRecord
from app.runtime import runtime
from app.services import events
from app.services.acting import recheck
from app.services.audit import chain
from app.services.webhooks import delivery
from app.services.webhooks.addresses import checked_url, host_of
from app.services.webhooks.queueing import message_to, payload_of, ring_after_commit
from app.services.webhooks.types import PING, cleaned

MOST_WEBHOOKS = 20
SECRET_PREFIX, SECRET_BYTES = "whsec_", 32
FORMER_SECRET_SIGNS = timedelta(days=1)
"""How long messages are also signed with the secret before a rotation."""


@dataclass(frozen=True, slots=True)
class NewWebhook:
    """A webhook that has just been created."""

    id: UUID
    url: str
    events: list[str]
    created_at: datetime
    secret: str
    """Verifies the messages' signatures. It is not returned again."""


@dataclass(frozen=True, slots=True)
class NewSecret:
    """The secret of a webhook, which replaces the former one."""

    secret: str
    former_until: datetime
    """Until then, messages are also signed with the former secret."""


@retried
def create(actor: Actor, *, url: str, selection: Collection[str]) -> NewWebhook:
    """
    Create a webhook. It gets the events from now on.

    :param selection: groups and types of events, or ``*``; see ``types``
    :raises WebhookAddress, TooLong: webhooks are not sent to this URL
    :raises UnknownEventType, Missing: see ``types.cleaned``
    :raises Denied: the actor is not an administrator
    :raises ConfirmationNeeded: see ``policy.require_confirmed``
    :raises TooManyWebhooks: there are ``MOST_WEBHOOKS``
    """
    address, chosen = checked_url(url, runtime().config), cleaned(selection)
    _require_power(actor)
    webhook_id, secret = new_id(), _new_secret()
    with transaction() as session:
        recheck(actor)
        _require_room(session)
        made = Webhook(
            id=webhook_id, url=address, events=chosen, sealed_secret=_sealed(webhook_id, secret), created_at=utcnow()
        )
        session.add(made)
        events.record(session, events.WebhookCreated(actor, webhook_id, host_of(address), chosen))
    return NewWebhook(webhook_id, address, chosen, made.created_at, secret)


def list_webhooks(actor: Actor) -> list[WebhookRecord]:
    """List all webhooks, oldest first. :raises Denied: the actor is not an administrator"""
    policy.require(policy.can_administer(actor))
    return fetch_all(queries.select_webhooks)


def get(actor: Actor, webhook_id: UUID) -> WebhookRecord:
    """Return one webhook. :raises Denied: the actor is not an administrator :raises UnknownName: there is none"""
    policy.require(policy.can_administer(actor))
    found = fetch_one(queries.select_webhook, webhook_id=webhook_id)
    if found is None:
        raise UnknownName("webhook")
    return found


@retried
def update(
    actor: Actor, webhook_id: UUID, *, selection: Collection[str] | None = None, enabled: bool | None = None
) -> WebhookRecord:
    """
    Choose other events, or disable or enable a webhook; None leaves it as it is. The address stays: it is what the
    secret was given to. A disabled webhook gets no events, and misses those that happen meanwhile.

    :raises UnknownEventType, Missing: see ``types.cleaned``
    :raises Denied, ConfirmationNeeded: see ``create``
    :raises UnknownName: there is no such webhook
    """
    chosen = None if selection is None else cleaned(selection)
    _require_power(actor)
    if enabled:
        chain.seal()  # so that what has happened until now is not sent
    with transaction() as session:
        recheck(actor)
        webhook = _locked(session, webhook_id)
        old = {"types": webhook.events, "enabled": webhook.disabled_at is None}
        new: dict[str, Any] = {
            name: value for name, value in (("types", chosen), ("enabled", enabled)) if value is not None
        }
        changes = events.changes(old, new)
        if changes:
            _apply(session, webhook, new)
            events.record(session, events.WebhookUpdated(actor, webhook_id, host_of(webhook.url), changes))
    return get(actor, webhook_id)


def _apply(session: Unit, webhook: Webhook, new: Mapping[str, Any]) -> None:
    webhook.events = new.get("types", webhook.events)
    if new.get("enabled") is True:
        webhook.disabled_at, webhook.failing_since, webhook.failures = None, None, 0
    elif new.get("enabled") is False:
        webhook.disabled_at = webhook.disabled_at or utcnow()
        session.execute(queries.give_up_waiting, {"its_id": webhook.id})


@retried
def rotate_secret(actor: Actor, webhook_id: UUID) -> NewSecret:
    """
    Give a webhook a new secret. For a day, messages are also signed with the former one, so that receivers can change.

    :raises Denied, ConfirmationNeeded: see ``create``
    :raises UnknownName: there is no such webhook
    """
    _require_power(actor)
    secret, until = _new_secret(), utcnow() + FORMER_SECRET_SIGNS
    with transaction() as session:
        recheck(actor)
        webhook = _locked(session, webhook_id)
        webhook.former_sealed_secret, webhook.former_until = webhook.sealed_secret, until
        webhook.sealed_secret = _sealed(webhook_id, secret)
        events.record(session, events.WebhookSecretRotated(actor, webhook_id, host_of(webhook.url)))
    return NewSecret(secret, until)


@retried
def delete(actor: Actor, webhook_id: UUID) -> None:
    """
    Delete a webhook with all messages to it.

    :raises Denied: the actor is not an administrator
    :raises UnknownName: there is no such webhook
    """
    policy.require(policy.can_administer(actor))
    with transaction() as session:
        recheck(actor)
        webhook = _locked(session, webhook_id)
        events.record(session, events.WebhookDeleted(actor, webhook_id, host_of(webhook.url)))
        session.execute(queries.delete_webhook, {"its_id": webhook_id})


@retried
def test(actor: Actor, webhook_id: UUID) -> DeliveryRecord:
    """
    Queue a test message of the type ``ping``, which every webhook gets.

    :raises Denied: the actor is not an administrator
    :raises UnknownName: there is no such webhook
    """
    policy.require(policy.can_administer(actor))
    message = message_to(webhook_id, PING, payload_of(PING, utcnow(), {"webhookId": webhook_id}))
    delivery_id: UUID = message["webhook_delivery_id"]
    with transaction() as session:
        recheck(actor)
        webhook = _locked(session, webhook_id)
        session.execute(queries.insert_deliveries, [message])
        events.record(session, events.WebhookTested(actor, webhook_id, host_of(webhook.url), delivery_id))
        ring_after_commit(session)
    return _delivery(delivery_id)


@retried
def redeliver(actor: Actor, webhook_id: UUID, delivery_id: UUID) -> DeliveryRecord:
    """
    Deliver a message once more, with the same id and body, even if it was delivered before.

    :raises Denied: the actor is not an administrator
    :raises UnknownName: there is no such webhook
    :raises NotFound: there is no such message to it
    """
    policy.require(policy.can_administer(actor))
    with transaction() as session:
        recheck(actor)
        webhook = _locked(session, webhook_id)
        if not execute_count(queries.redeliver, delivery_id=delivery_id, its_id=webhook_id, now=utcnow()):
            raise NotFound
        events.record(session, events.WebhookRedelivered(actor, webhook_id, host_of(webhook.url), delivery_id))
        ring_after_commit(session)
    return _delivery(delivery_id)


def send_now(actor: Actor, webhook_id: UUID, delivery_id: UUID) -> DeliveryRecord:
    """
    Try a message that is due at once, and wait for the result; for the command line, since this takes time.

    It stays due if a worker is delivering to this webhook, or if the webhook rests after a failure.

    :raises Denied: the actor is not an administrator
    :raises NotFound: the message was deleted
    """
    policy.require(policy.can_administer(actor))
    found = delivery.deliver_one(webhook_id, delivery_id)
    if found is None:
        raise NotFound
    return found


def list_deliveries(actor: Actor, webhook_id: UUID, window: Window) -> Page[DeliveryRecord]:
    """
    List the messages to a webhook, newest first: those that wait, and those of the last 30 days.

    :raises Denied: the actor is not an administrator
    :raises UnknownName: there is no such webhook
    """
    get(actor, webhook_id)
    return fetch_window(queries.select_deliveries, window, fresh=True, webhook_id=webhook_id)


def _require_power(actor: Actor) -> None:
    """What a webhook gets leaves the server for good, so the session must not be a stolen one."""
    policy.require(policy.can_administer(actor))
    policy.require_confirmed(actor)


def _require_room(session: Unit) -> None:
    """Make other requests wait that create webhooks. :raises TooManyWebhooks: there are enough"""
    if session.get_bind().dialect.name == "postgresql":  # SQLite has only one writing transaction at a time
        session.execute(queries.hold_number)
    (count,) = fetch_all(queries.count_webhooks)
    if count.number >= MOST_WEBHOOKS:
        raise TooManyWebhooks(MOST_WEBHOOKS)


def _locked(session: Unit, webhook_id: UUID) -> Webhook:
    found = session.scalar(queries.lock_webhook, {"its_id": webhook_id})
    if found is None:
        raise UnknownName("webhook")
    return found


def _delivery(delivery_id: UUID) -> DeliveryRecord:
    found = fetch_one(queries.select_delivery, delivery_id=delivery_id)
    if found is None:
        raise NotFound
    return found


def _new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def _sealed(webhook_id: UUID, secret: str) -> str:
    return runtime().sealer.seal(secret, context=delivery.seal_context(webhook_id))
