"""
Queues messages about events, when the audit log numbers the rows of these events.

Each change writes its event into the audit log, in its own transaction. The process that seals the log sees every event
exactly once, in order, and stores the messages about it in the transaction that numbers it. So no event is lost or
queued twice, and writers do nothing for webhooks.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import event

from app.db.reads import fetch_all
from app.db.session import Unit
from app.models import new_id, utcnow
from app.queries import webhooks as queries
from app.queries.audit import EventRecord
from app.runtime import runtime
from app.services.webhooks.types import includes


def queue(session: Unit, rows: Sequence[EventRecord]) -> None:
    """Store a message about each of these rows for every webhook that asks for it."""
    webhooks = fetch_all(queries.select_subscriptions)
    messages = [
        message_to(webhook.id, row.action, payload)
        for row in rows
        if (
            wanted := [
                hook for hook in webhooks if includes(hook.events, row.action) and hook.created_at <= row.created_at
            ]
        )
        for payload in (payload_of(row.action, row.created_at, _data(row)),)
        for webhook in wanted
    ]
    if messages:
        session.execute(queries.insert_deliveries, messages)
        ring_after_commit(session)


def message_to(webhook_id: UUID, kind: str, payload: str) -> dict[str, Any]:
    """Return the columns of a message that is due now."""
    now = utcnow()
    of = {"webhook_delivery_id": new_id(), "webhook_id": webhook_id, "type": kind, "payload": payload}
    return {**of, "created_at": now, "due_at": now, "attempts": 0}


def payload_of(kind: str, moment: datetime, data: dict[str, Any]) -> str:
    """Return the body of a message, as the Standard Webhooks specification recommends it."""
    body = {"type": kind, "timestamp": moment, "data": data}
    return orjson.dumps(body, option=orjson.OPT_UTC_Z).decode()


def ring_after_commit(session: Unit) -> None:
    """Wake the worker of this process when the transaction is committed."""
    bell = runtime().webhook_bell
    event.listen(session(), "after_commit", lambda _session: bell.set(), once=True)


def _data(row: EventRecord) -> dict[str, Any]:
    """Return an event as ``GET /api/admin/audit`` shows it."""
    before, after = (text and orjson.Fragment(text) for text in (row.before, row.after))
    return {
        "id": row.id,
        "number": row.number,
        "actor": row.actor_id and {"id": row.actor_id, "name": row.actor_name},
        "credential": {"kind": row.credential_kind, "id": row.credential_id},
        "protocol": row.protocol,
        "address": row.address,
        "requestId": row.request_id,
        "target": {"kind": row.target_kind, "id": row.target_id, "name": row.target_name},
        "before": before,
        "after": after,
    }
