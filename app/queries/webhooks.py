"""Statements about webhooks and messages to them."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Text, bindparam, case, delete, exists, func, insert, null, select, update

from app.db.sql.pagination import paged
from app.db.sql.query import PageQuery, Query
from app.models import Webhook, WebhookDelivery
from app.queries.rows import Id, Number

_moment = Webhook.created_at.type
_now = bindparam("now", type_=_moment)
_until = bindparam("until", type_=_moment)


class WebhookRecord(NamedTuple):
    """A webhook, without its secrets."""

    id: UUID
    url: str
    events: list[str]
    created_at: datetime
    disabled_at: datetime | None
    failing_since: datetime | None
    waiting: int
    """How many messages wait to be delivered."""


class Subscription(NamedTuple):
    """Which events a webhook gets."""

    id: UUID
    events: list[str]
    created_at: datetime


class WebhookState(NamedTuple):
    """Since when a webhook is disabled; None if it is not."""

    disabled_at: datetime | None


class HeldWebhook(NamedTuple):
    """A webhook that a worker delivers to."""

    id: UUID
    url: str
    sealed_secret: str
    former_sealed_secret: str | None
    former_until: datetime | None
    disabled_at: datetime | None
    failures: int
    failing_since: datetime | None


class Message(NamedTuple):
    """A message that is being delivered."""

    id: UUID
    payload: str
    attempts: int


class Due(NamedTuple):
    """When a message is tried next; None if it is not."""

    due_at: datetime | None


class DeliveryRecord(NamedTuple):
    """A message to a webhook, and how its delivery went."""

    id: UUID
    webhook_id: UUID
    type: str
    created_at: datetime
    due_at: datetime | None
    attempts: int
    attempted_at: datetime | None
    delivered_at: datetime | None
    status: int | None
    error: str | None


_waiting = (
    select(func.count())
    .where(WebhookDelivery.webhook_id == Webhook.id, WebhookDelivery.due_at.is_not(None))
    .correlate(Webhook)
    .scalar_subquery()
)
_webhooks = select(
    Webhook.id.label("id"),
    Webhook.url,
    Webhook.events,
    Webhook.created_at,
    Webhook.disabled_at,
    Webhook.failing_since,
    _waiting.label("waiting"),
)
select_webhooks = Query(_webhooks.order_by(Webhook.created_at, Webhook.id), WebhookRecord)
select_webhook = Query(_webhooks.where(Webhook.id == bindparam("webhook_id")), WebhookRecord)
"""Value: ``webhook_id``."""

NUMBER = 6_118_204_977_350_112_903
"""Number of PostgreSQL's advisory lock for the number of webhooks."""
hold_number = select(func.pg_advisory_xact_lock(NUMBER))
"""Wait on PostgreSQL until no other transaction is creating a webhook."""
count_webhooks = Query(select(func.count().label("number")).select_from(Webhook), Number)

select_subscriptions = Query(
    select(Webhook.id.label("id"), Webhook.events, Webhook.created_at)
    .where(Webhook.disabled_at.is_(None))
    .with_for_update(read=True, key_share=True),
    Subscription,
)
"""The webhooks that are not disabled. They can be neither disabled nor deleted until the transaction ends."""

lock_webhook = select(Webhook).where(Webhook.id == bindparam("its_id")).with_for_update()
"""A webhook, locked also against messages that are being queued. Value: ``its_id``."""
lock_state = Query(lock_webhook.with_only_columns(Webhook.disabled_at), WebhookState)
"""The same, without all that a change does not need."""

insert_deliveries = insert(WebhookDelivery.__table__)  # type: ignore[arg-type]
"""Values: the columns of each row."""

_has_due = exists().where(WebhookDelivery.webhook_id == Webhook.id, WebhookDelivery.due_at <= _now).correlate(Webhook)
_free = (Webhook.held_until <= _now, _has_due)
select_any_due = Query(select(Webhook.id.label("id")).where(*_free).limit(1), Id)
"""Whether any webhook can be delivered to. Value: ``now``."""

_held = (
    Webhook.id.label("id"),
    Webhook.url,
    Webhook.sealed_secret,
    Webhook.former_sealed_secret,
    Webhook.former_until,
    Webhook.disabled_at,
    Webhook.failures,
    Webhook.failing_since,
)
_next_webhook = (
    select(Webhook.id)
    .where(*_free)
    .order_by(Webhook.held_until, Webhook.id)
    .limit(1)
    .with_for_update(skip_locked=True, key_share=True)
    .scalar_subquery()
)
hold_next = Query(
    update(Webhook).where(Webhook.id == _next_webhook).values(held_until=_until).returning(*_held), HeldWebhook
)
"""
Hold the webhook that was served longest ago, of those with messages due, so that no other worker takes it before
``until``. Values: ``now``, ``until``.
"""
hold_one = Query(
    update(Webhook)
    .where(Webhook.id == bindparam("its_id"), Webhook.held_until <= _now)
    .values(held_until=_until)
    .returning(*_held),
    HeldWebhook,
)
"""Hold one webhook, if no other worker does. Values: ``its_id``, ``now``, ``until``."""

release_webhook = (
    update(Webhook)
    .where(Webhook.id == bindparam("its_id"), Webhook.held_until == _until)
    .values(held_until=bindparam("free_at", type_=_moment))
)
"""Let other workers have a webhook that was held ``until``. Values: ``its_id``, ``until``, ``free_at``."""

_due = select(WebhookDelivery.id).where(
    WebhookDelivery.webhook_id == bindparam("its_id"), WebhookDelivery.due_at <= _now
)
_next_message = (
    _due.order_by(WebhookDelivery.due_at, WebhookDelivery.id)
    .limit(1)
    .with_for_update(skip_locked=True)
    .scalar_subquery()
)
_claimed = {"due_at": _until, "attempts": WebhookDelivery.attempts + 1, "attempted_at": _now}
_message = (WebhookDelivery.id.label("id"), WebhookDelivery.payload, WebhookDelivery.attempts)
claim_next = Query(
    update(WebhookDelivery).where(WebhookDelivery.id == _next_message).values(_claimed).returning(*_message), Message
)
"""Claim the message that has been due longest. Values: ``its_id``, ``now``, ``until``."""
claim_one = Query(
    update(WebhookDelivery)
    .where(WebhookDelivery.id == bindparam("delivery_id"), WebhookDelivery.due_at <= _now)
    .values(_claimed)
    .returning(*_message),
    Message,
)
"""Claim a message, if it is due. Values: ``delivery_id``, ``now``, ``until``."""

_mine = (WebhookDelivery.id == bindparam("delivery_id"), WebhookDelivery.attempts == bindparam("attempt"))
_status = bindparam("its_status", type_=WebhookDelivery.status.type)
mark_delivered = (
    update(WebhookDelivery).where(*_mine).values(due_at=null(), delivered_at=_now, status=_status, error=null())
)
"""Values: ``delivery_id``, ``attempt``, ``its_status``, ``now``. Does nothing if it was claimed again meanwhile."""
mark_failed = Query(
    update(WebhookDelivery)
    .where(*_mine)
    .values(
        due_at=case((WebhookDelivery.due_at.is_not(None), bindparam("next", type_=_moment))),
        status=_status,
        error=bindparam("its_error", type_=Text()),
    )
    .returning(WebhookDelivery.due_at),
    Due,
)
"""
When the message is tried next; None if it is given up, now or during the attempt. Nothing if it was claimed again, or
deleted. Values: ``delivery_id``, ``attempt``, ``next`` (None to give it up), ``its_status``, ``its_error``.
"""

note_success = update(Webhook).where(Webhook.id == bindparam("its_id")).values(failures=0, failing_since=null())
"""Value: ``its_id``."""
note_failure = (
    update(Webhook)
    .where(Webhook.id == bindparam("its_id"))
    .values(failures=Webhook.failures + 1, failing_since=func.coalesce(Webhook.failing_since, _now))
)
"""Values: ``its_id``, ``now``."""

disable_webhook = (
    update(Webhook).where(Webhook.id == bindparam("its_id"), Webhook.disabled_at.is_(None)).values(disabled_at=_now)
)
"""Values: ``its_id``, ``now``."""
give_up_waiting = (
    update(WebhookDelivery)
    .where(WebhookDelivery.webhook_id == bindparam("its_id"), WebhookDelivery.due_at.is_not(None))
    .values(due_at=null(), error=func.coalesce(WebhookDelivery.error, "the webhook was disabled"))
)
"""Give up all messages that wait for a webhook. Value: ``its_id``."""

redeliver = (
    update(WebhookDelivery)
    .where(
        WebhookDelivery.id == bindparam("delivery_id"),
        WebhookDelivery.webhook_id == bindparam("its_id"),
    )
    .values(due_at=_now, attempts=0, delivered_at=null())
)
"""Make a message due again. Values: ``delivery_id``, ``its_id``, ``now``."""
delete_webhook = delete(Webhook).where(Webhook.id == bindparam("its_id"))
"""Delete a webhook with all messages to it. Value: ``its_id``."""

_columns = (
    WebhookDelivery.id.label("id"),
    WebhookDelivery.webhook_id,
    WebhookDelivery.type,
    WebhookDelivery.created_at,
    WebhookDelivery.due_at,
    WebhookDelivery.attempts,
    WebhookDelivery.attempted_at,
    WebhookDelivery.delivered_at,
    WebhookDelivery.status,
    WebhookDelivery.error,
)
_hits = select(WebhookDelivery.id).where(WebhookDelivery.webhook_id == bindparam("webhook_id"))
_newest_first = [(WebhookDelivery.created_at, True), (WebhookDelivery.id, True)]
select_deliveries = PageQuery(paged(_hits, WebhookDelivery.id, _columns, _newest_first, capped=True), DeliveryRecord)
"""A page of the messages to a webhook, newest first. Value: ``webhook_id``."""
select_delivery = Query(select(*_columns).where(WebhookDelivery.id == bindparam("delivery_id")), DeliveryRecord)
"""Value: ``delivery_id``."""
