"""Websites, and access to them, by HTTP."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from app.cli.remote.calls import Record, body, call, new_id, page, record
from app.cli.remote.users import find_user
from app.domain.actor import Actor
from app.domain.errors import NotFound, PreconditionFailed, WebsiteIdTaken
from app.domain.folding import fold
from app.domain.names import ANONYMOUS, ANONYMOUS_ID
from app.domain.pagination import Page, Window
from app.domain.roles import SiteRole


def _website(found: Mapping[str, Any]) -> Record:
    return record(found, share_slug=found["shareId"])


def create_website(
    _: Actor, *, name: str, domain: str, owner_id: UUID | None, team_id: UUID | None, id: UUID | None
) -> Record:
    sent = body(name=name, domain=domain, user_id=owner_id, team_id=team_id)
    try:
        return _website(call("PUT", f"/api/websites/{id or new_id()}", body=sent, only_new=id is not None))
    except PreconditionFailed:
        raise WebsiteIdTaken from None


def list_all_websites(_: Actor, window: Window, *, search: str | None) -> Page[Any]:
    return page("/api/admin/websites", window, _website, search=search)


def list_websites(_: Actor, window: Window, *, user_id: UUID, search: str | None) -> Page[Any]:
    return page(f"/api/users/{user_id}/websites", window, _website, search=search)


def list_team_websites(_: Actor, team_id: UUID, window: Window, *, search: str | None) -> Page[Any]:
    return page(f"/api/teams/{team_id}/websites", window, _website, search=search)


def find_website(_: Actor, text: str) -> Record:
    return _website(call("GET", "/api/admin/find/website", query={"name": text}))


def update_website(_: Actor, website_id: UUID, **changes: Any) -> Record:
    return _website(call("POST", f"/api/websites/{website_id}", body=body(**changes), repeatable=True))


def delete_website(_: Actor, website_id: UUID) -> None:
    call("DELETE", f"/api/websites/{website_id}")


def find_holder(actor: Actor, text: str) -> UUID:
    try:
        user_id: UUID = find_user(actor, text).id
    except NotFound:
        if fold(text) != ANONYMOUS:
            raise
        return ANONYMOUS_ID
    return user_id


def list_website_access(_: Actor, website_id: UUID, window: Window, *, search: str | None) -> Page[Any]:
    return page(f"/api/websites/{website_id}/access", window, _access, search=search)


def list_user_access(_: Actor, user_id: UUID, window: Window, *, search: str | None) -> Page[Any]:
    return page(f"/api/users/{user_id}/access", window, _access, search=search)


def put_access(
    _: Actor, website_id: UUID, user_id: UUID, *, role: SiteRole, capabilities: Sequence[str] | None
) -> Record:
    sent = body(role=role, capabilities=capabilities)
    return _access(call("PUT", f"/api/websites/{website_id}/access/{user_id}", body=sent))


def set_access(_: Actor, user_id: UUID, website_ids: Sequence[UUID], _role: None) -> None:
    """Remove grants."""
    for website_id in website_ids:
        call("DELETE", f"/api/websites/{website_id}/access/{user_id}")


def _access(found: Mapping[str, Any]) -> Record:
    return Record(
        user=record(found["user"]),
        website=record(found["website"]),
        right=found["right"],
        granted=found["capabilities"]["granted"],
        implied=found["capabilities"]["implied"],
        reasons=[_reason(reason) for reason in found["reasons"]],
    )


def _reason(found: Mapping[str, Any]) -> Record:
    team, granter = found["team"], found["grantedBy"]
    return Record(
        source=found["source"],
        right=found["right"],
        team=team and Mentioned(**team),
        granted_by=granter and Mentioned(**granter),
    )


class Mentioned(dict[str, Any]):
    """An object inside a row, as JSON prints it, whose values can also be read as attributes."""

    __getattr__ = dict.__getitem__
