"""The audit log, by HTTP."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from app.cli.paging import MOST
from app.cli.remote.calls import Record, call, page
from app.domain.actor import OPERATOR, Actor, CredentialKind
from app.domain.audit import AuditFilters
from app.domain.pagination import Page, Window


def list_page(_: Actor, window: Window, filters: AuditFilters) -> Page[Any]:
    since, until = (moment and moment.isoformat() for moment in (filters.since, filters.until))
    asked = {"actor": filters.actor, "action": filters.action, "target": filters.target, "from": since, "to": until}
    return page("/api/admin/audit", window, _event, **asked)


def export(_: Actor, *, after: int) -> Iterator[Record]:
    while rows := call("GET", "/api/admin/audit", query={"after": after, "pageSize": MOST})["data"]:
        yield from map(_event, rows)
        after = rows[-1]["number"]


def _event(found: Mapping[str, Any]) -> Record:
    actor, credential, target = found["actor"] or {}, found["credential"], found["target"]
    by_operator = credential["kind"] == CredentialKind.OPERATOR
    return Record(
        number=found["number"],
        id=found["id"],
        created_at=datetime.fromisoformat(found["createdAt"]),
        actor_id=actor.get("id"),
        actor_name=actor.get("name", OPERATOR.username if by_operator else ""),
        credential_kind=credential["kind"],
        credential_id=credential["id"],
        protocol=found["protocol"],
        address=found["address"],
        request_id=found["requestId"],
        action=found["action"],
        target_kind=target["kind"],
        target_id=target["id"],
        target_name=target["name"],
        before=found["before"],
        after=found["after"],
        hash=found["hash"],
        key_id=found["keyId"],
    )
