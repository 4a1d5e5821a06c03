"""Teams and their members, by HTTP."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.cli.remote.calls import Record, body, call, new_id, page, record
from app.domain.actor import Actor
from app.domain.errors import AlreadyMember, PreconditionFailed
from app.domain.pagination import Page, Window
from app.domain.roles import TeamRole


def create_team(_: Actor, *, name: str, owner_id: UUID) -> tuple[Record, None]:
    made = call("PUT", f"/api/teams/{new_id()}", body=body(name=name, owner_id=owner_id))
    return record(made), None


def list_all_teams(_: Actor, window: Window, *, search: str | None) -> Page[Any]:
    return page("/api/admin/teams", window, _listed, search=search)


def _listed(found: Mapping[str, Any]) -> Record:
    count = found["_count"]
    return record(found, website_count=count["websites"], member_count=count["members"])


def find_team(_: Actor, text: str) -> Record:
    return record(call("GET", "/api/admin/find/team", query={"name": text}))


def update_team(_: Actor, team_id: UUID, **changes: Any) -> Record:
    return record(call("POST", f"/api/teams/{team_id}", body=body(**changes), repeatable=True))


def delete_team(_: Actor, team_id: UUID) -> None:
    call("DELETE", f"/api/teams/{team_id}")


def list_members(_: Actor, team_id: UUID, window: Window) -> Page[Any]:
    return page(f"/api/teams/{team_id}/users", window, lambda found: record(found, username=found["user"]["username"]))


def add_member(_: Actor, team_id: UUID, *, user_id: UUID, role: str) -> None:
    if role != TeamRole.OWNER:
        call("POST", f"/api/teams/{team_id}/users", body=body(user_id=user_id, role=role), once=True)
        return
    try:  # Umami's POST adds no owners
        call("PUT", f"/api/teams/{team_id}/users/{user_id}", body=body(role=role), only_new=True)
    except PreconditionFailed:
        raise AlreadyMember from None


def update_member(_: Actor, team_id: UUID, user_id: UUID, *, role: str) -> None:
    call("POST", f"/api/teams/{team_id}/users/{user_id}", body=body(role=role), repeatable=True)


def remove_member(_: Actor, team_id: UUID, user_id: UUID, *, keep_grants: bool) -> None:
    call("DELETE", f"/api/teams/{team_id}/users/{user_id}", query={"keepGrants": keep_grants})
