"""Users, their sessions and second factors, by HTTP."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from app.cli.remote.calls import Record, body, call, new_id, page, record
from app.domain.actor import Actor
from app.domain.errors import PreconditionFailed, UserIdTaken
from app.domain.pagination import Page, Window

PROFILE: dict[str, Any] = {
    "email": None,
    "display_name": None,
    "last_seen_at": None,
    "pending": False,
    "disabled_at": None,
    "must_change_password": False,
    "service_account": False,
    "external_id": None,
}


def _user(found: Mapping[str, Any]) -> Record:
    return record(found, **PROFILE)


def _listed(found: Mapping[str, Any]) -> Record:
    return record(found, **PROFILE, website_count=found["_count"]["websites"])


def create_user(_: Actor, *, id: UUID | None, service_account: bool, **given: Any) -> Record:
    sent = body(service_account=service_account or None, **given)
    try:
        return _user(call("PUT", f"/api/users/{id or new_id()}", body=sent, only_new=id is not None))
    except PreconditionFailed:
        raise UserIdTaken from None


def list_users(_: Actor, window: Window, *, search: str | None) -> Page[Any]:
    return page("/api/admin/users", window, _listed, search=search)


def list_inactive(_: Actor, window: Window, *, since: datetime) -> Page[Any]:
    return page("/api/admin/users/inactive", window, _user, since=since.isoformat())


def list_deleted(_: Actor, window: Window) -> Page[Any]:
    return page("/api/admin/users/deleted", window, _user)


def find_user(_: Actor, text: str) -> Record:
    return _found(text)


def find_user_by_any_name(_: Actor, text: str) -> Record:
    return _found(text, displayName=True)


def find_deleted(_: Actor, text: str) -> Record:
    return _found(text, deleted=True)


def _found(text: str, **where: bool) -> Record:
    return _user(call("GET", "/api/admin/find/user", query={"name": text, **where}))


def update_user(_: Actor, user_id: UUID, **changes: Any) -> Record:
    return _user(call("POST", f"/api/users/{user_id}", body=body(**changes), repeatable=True))


def delete_user(_: Actor, user_id: UUID, *, transfer_to: UUID | None) -> None:
    call("DELETE", f"/api/users/{user_id}", query={"transferTo": transfer_to})


def disable_user(_: Actor, user_id: UUID) -> Record:
    return _user(call("POST", f"/api/users/{user_id}/disable", repeatable=True))


def enable_user(_: Actor, user_id: UUID) -> Record:
    return _user(call("POST", f"/api/users/{user_id}/enable", repeatable=True))


def restore_user(_: Actor, user_id: UUID) -> Record:
    return _user(call("POST", f"/api/users/{user_id}/restore"))


def reset(_: Actor, user_id: UUID) -> Record:
    """Remove a second factor."""
    removed = call("DELETE", f"/api/admin/users/{user_id}/2fa")["reset"]
    return Record(factors=removed["twoFactorAuth"])


def make_link(_: Actor, user_id: UUID) -> str:
    """Return the complete link."""
    link: str = call("POST", f"/api/users/{user_id}/reset-link", repeatable=True)["link"]
    return link


def list_sessions(_: Actor, window: Window, *, user_id: UUID) -> Page[Any]:
    return page(f"/api/users/{user_id}/sessions", window, lambda found: Record(session=record(found)))


def revoke_user(_: Actor, user_id: UUID) -> int:
    """End all sessions of a user, and return how many there were just before."""
    path = f"/api/users/{user_id}/sessions"
    count: int = call("GET", path, query={"pageSize": 1})["count"]
    call("DELETE", path)
    return count


def revoke_session(_: Actor, session_id: UUID, *, user_id: UUID) -> None:
    call("DELETE", f"/api/users/{user_id}/sessions/{session_id}")
