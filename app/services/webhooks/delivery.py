"""
Delivers messages to webhooks.

One worker at a time holds a webhook and delivers its messages in order, for a few seconds; then others get their turn.
After a failure the webhook rests, so that a receiver that is down holds up no other one. Messages that failed are tried
again after growing pauses, and given up in the end.
"""

import random
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event
from uuid import UUID

from app.db.reads import fetch_one
from app.db.session import Unit, execute_count, retried, transaction
from app.domain.actor import SERVER
from app.models import utcnow
from app.queries import webhooks as queries
from app.queries.webhooks import DeliveryRecord, HeldWebhook, Message
from app.runtime import runtime
from app.services import events
from app.services.webhooks.addresses import host_of
from app.services.webhooks.sending import NotDelivered, send
from app.telemetry.log import log

LEASE = timedelta(minutes=2)
"""How long a worker holds a webhook. No attempt takes that long, so afterwards another worker may take over."""
TURN_SECONDS = 5.0
"""How long a worker goes on with the messages of one webhook before it looks for others."""
PAUSES = [timedelta(seconds=seconds) for seconds in (5, 60, 300, 1800, 7200, 18_000, *[36_000] * 2, 50_400, 72_000)]
"""After each failed attempt; after one more, a message is given up: after two and a half days."""
LONGEST_REST = timedelta(minutes=5)
GONE = 410


@dataclass
class Tally:
    """The number of due messages by outcome."""

    delivered: int = 0
    postponed: int = 0
    given_up: int = 0

    @property
    def anything(self) -> bool:
        return bool(self.delivered or self.postponed or self.given_up)


@dataclass
class Turn:
    """A webhook that we hold until ``until``."""

    webhook: HeldWebhook
    until: datetime


def deliver(stop: Event | None = None) -> Tally:
    """Deliver all messages that are due, until ``stop`` is set."""
    tally = Tally()
    while not (stop and stop.is_set()):
        turn = _hold_next()
        if turn is None:
            break
        _take_turn(turn, tally, stop)
    return tally


def deliver_one(webhook_id: UUID, delivery_id: UUID) -> DeliveryRecord | None:
    """Try one message now, unless another worker is delivering to this webhook; return how it went."""
    with transaction():
        now = utcnow()
        webhook = fetch_one(queries.hold_one, its_id=webhook_id, now=now, until=now + LEASE)
    if webhook is not None:
        turn, free_at = Turn(webhook, now + LEASE), None
        with transaction():
            message = fetch_one(queries.claim_one, delivery_id=delivery_id, now=utcnow(), until=turn.until)
        if message is not None:
            free_at = _try(turn, message, Tally())
        _release(turn, free_at)
    return fetch_one(queries.select_delivery, delivery_id=delivery_id)


@retried
def _hold_next() -> Turn | None:
    if fetch_one(queries.select_any_due, now=utcnow()) is None:  # a read, which does not wait for SQLite's write lock
        return None
    with transaction():
        now = utcnow()
        webhook = fetch_one(queries.hold_next, now=now, until=now + LEASE)
    return None if webhook is None else Turn(webhook, now + LEASE)


def _take_turn(turn: Turn, tally: Tally, stop: Event | None) -> None:
    ends, free_at = time.monotonic() + TURN_SECONDS, None
    while free_at is None and time.monotonic() < ends and not (stop and stop.is_set()):
        message = _claim(turn)
        if message is None:
            break
        free_at = _try(turn, message, tally)
    _release(turn, free_at)


@retried
def _claim(turn: Turn) -> Message | None:
    with transaction():
        return fetch_one(queries.claim_next, its_id=turn.webhook.id, now=utcnow(), until=turn.until)


@retried
def _release(turn: Turn, free_at: datetime | None) -> None:
    values = {"its_id": turn.webhook.id, "until": turn.until, "free_at": free_at or utcnow()}
    with transaction() as session:
        session.execute(queries.release_webhook, values)


def _try(turn: Turn, message: Message, tally: Tally) -> datetime | None:
    """Make one attempt and note how it went. Return until when the webhook rests; None if it need not."""
    try:
        status = send(
            turn.webhook.url,
            message.payload,
            message_id=str(message.id),
            secrets=_secrets(turn.webhook),
            config=runtime().config,
        )
    except NotDelivered as error:
        return _failed(turn.webhook, message, error, tally)
    except Exception as error:  # a bug of ours in one message must not hold up the others
        log.exception("a webhook could not be sent", delivery_id=str(message.id))
        return _failed(turn.webhook, message, NotDelivered(f"could not be sent: {type(error).__name__}"), tally)
    _succeeded(turn.webhook, message, status)
    turn.webhook = turn.webhook._replace(failures=0, failing_since=None)
    tally.delivered += 1
    return None


def _secrets(webhook: HeldWebhook) -> list[str]:
    """Return the secrets to sign with. :raises NotDelivered: none of the server's keys can decrypt them"""
    sealed = [webhook.sealed_secret]
    if webhook.former_sealed_secret and webhook.former_until and webhook.former_until > utcnow():
        sealed.append(webhook.former_sealed_secret)
    opened = [runtime().sealer.open(text, context=seal_context(webhook.id)) for text in sealed]
    found = [secret for secret in opened if secret]
    if not found:
        raise NotDelivered("the secret cannot be decrypted (FRONTDESK_PREVIOUS_SECRET_KEYS); rotate it")
    return found


def seal_context(webhook_id: UUID) -> str:
    """Return what a webhook's secret is bound to."""
    return f"webhook {webhook_id}"


@retried
def _succeeded(webhook: HeldWebhook, message: Message, status: int) -> None:
    with transaction() as session:
        values = {"delivery_id": message.id, "attempt": message.attempts, "its_status": status, "now": utcnow()}
        session.execute(queries.mark_delivered, values)
        if webhook.failing_since is not None:
            session.execute(queries.note_success, {"its_id": webhook.id})


@retried
def _failed(webhook: HeldWebhook, message: Message, error: NotDelivered, tally: Tally) -> datetime:
    now = utcnow()
    since = webhook.failing_since or now
    hopeless = error.status == GONE or now - since >= timedelta(days=runtime().config.webhook_failing_days)
    with transaction() as session:
        state = fetch_one(queries.lock_state, its_id=webhook.id)  # it may have been disabled during the attempt
        disabled = hopeless or (state is not None and state.disabled_at is not None)
        pause = None if disabled else _pause_after(message.attempts)
        fate = fetch_one(
            queries.mark_failed,
            delivery_id=message.id,
            attempt=message.attempts,
            next=None if pause is None else now + pause,
            its_status=error.status,
            its_error=str(error),
        )
        session.execute(queries.note_failure, {"its_id": webhook.id, "now": now})
        if hopeless:
            event = events.WebhookGivenUp(SERVER, webhook.id, host_of(webhook.url), since, str(error))
            _disable(session, webhook, now, event)
    if fate is not None:
        tally.given_up += fate.due_at is None
        tally.postponed += fate.due_at is not None
    return now + min(timedelta(seconds=2 ** min(webhook.failures, 10)), LONGEST_REST)


def _disable(session: Unit, webhook: HeldWebhook, now: datetime, event: events.WebhookGivenUp) -> None:
    """Disable a locked webhook, unless it was deleted or disabled meanwhile, and give up what waits for it."""
    if execute_count(queries.disable_webhook, its_id=webhook.id, now=now):
        session.execute(queries.give_up_waiting, {"its_id": webhook.id})
        events.record(session, event)


def _pause_after(attempts: int) -> timedelta | None:
    """Return the pause after this many failed attempts; None if that was the last one."""
    if attempts > len(PAUSES):
        return None
    # A little earlier or later, so that messages that failed together are not all tried together again.
    return PAUSES[attempts - 1] * random.uniform(0.9, 1.1)  # noqa: S311
