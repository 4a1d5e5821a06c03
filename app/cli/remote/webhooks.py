"""Webhooks, by HTTP."""

import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.cli.remote.calls import Record, body, call, page, record
from app.domain.actor import Actor
from app.domain.errors import NotFound
from app.domain.pagination import Page, Window

PATH = "/api/admin/webhooks"
MOST_SECONDS, PAUSE = 30.0, 0.5
"""How long to wait until the server has tried to deliver a test message."""


def list_webhooks(_: Actor) -> list[Record]:
    return [record(found) for found in call("GET", PATH)]


def create(_: Actor, *, url: str, selection: Sequence[str]) -> Record:
    return record(call("POST", PATH, body=body(url=url, events=selection)))


def update(_: Actor, webhook_id: UUID, *, selection: Sequence[str] | None, enabled: bool | None) -> None:
    call("POST", f"{PATH}/{webhook_id}", body=body(events=selection, enabled=enabled), repeatable=True)


def delete(_: Actor, webhook_id: UUID) -> None:
    call("DELETE", f"{PATH}/{webhook_id}")


def test(_: Actor, webhook_id: UUID) -> Record:
    return record(call("POST", f"{PATH}/{webhook_id}/test"))


def send_now(actor: Actor, webhook_id: UUID, delivery_id: UUID) -> Record:
    """Wait until the server has tried to deliver a message, and return how that went."""
    deadline = time.monotonic() + MOST_SECONDS
    while True:
        found = next((row for row in list_deliveries(actor, webhook_id, Window()).rows if row.id == delivery_id), None)
        if found is None:
            raise NotFound
        ended = found.delivered_at or found.error or not found.due_at  # an attempt counts from its start
        if ended or time.monotonic() > deadline:
            return found  # type: ignore[no-any-return]
        time.sleep(PAUSE)


def rotate_secret(_: Actor, webhook_id: UUID) -> Record:
    return record(call("POST", f"{PATH}/{webhook_id}/secret"), former_until=None)


def list_deliveries(_: Actor, webhook_id: UUID, window: Window) -> Page[Any]:
    return page(f"{PATH}/{webhook_id}/deliveries", window)


def redeliver(_: Actor, webhook_id: UUID, delivery_id: UUID) -> None:
    call("POST", f"{PATH}/{webhook_id}/deliveries/{delivery_id}/redeliver")
