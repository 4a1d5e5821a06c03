"""Invitations, by HTTP."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.cli.remote.calls import Record, body, call, page, record
from app.domain.actor import Actor
from app.domain.pagination import Page, Window


def _invitation(found: Mapping[str, Any]) -> Record:
    inviter = found["inviter"]
    return record(found, inviter_name=inviter and inviter["username"], token=found.get("link"))


def invite(_: Actor, *, email: str | None, username: str | None, **given: Any) -> Record:
    sent = body(email=email or None, username=username or None, **given)
    return _invitation(call("POST", "/api/invitations", body=sent, once=True))


def list_invitations(_: Actor, window: Window, *, search: str | None) -> Page[Any]:
    return page("/api/invitations", window, _invitation, search=search)


def find_invitation(_: Actor, text: str) -> Record:
    return _invitation(call("GET", "/api/admin/find/invitation", query={"name": text}))


def resend(_: Actor, invitation_id: UUID, *, days: float | None) -> Record:
    return _invitation(call("POST", f"/api/invitations/{invitation_id}/resend", body=body(days=days)))


def revoke(_: Actor, invitation_id: UUID) -> None:
    call("DELETE", f"/api/invitations/{invitation_id}")
