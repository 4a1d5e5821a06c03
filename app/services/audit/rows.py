"""Rows of the audit log, made of events."""

import re
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

import orjson

from app.models import utcnow
from app.services import events
from app.services.events import Event

Row = dict[str, Any]
TARGETS: dict[type[Event], tuple[str, str, str | None]] = {
    events.UserEvent: ("user", "user_id", "username"),
    events.TeamEvent: ("team", "team_id", None),
    events.WebsiteEvent: ("website", "website_id", "name"),
    events.ShareEvent: ("share", "share_id", "name"),
    events.AccessEvent: ("user", "user_id", None),
    events.InvitationEvent: ("invitation", "invitation_id", "username"),
    events.SessionOpened: ("user", "user_id", None),
    events.SessionsRevoked: ("user", "user_id", None),
    events.AccessTokenCreated: ("user", "user_id", None),
    events.AccessTokensRevoked: ("user", "user_id", None),
    events.ApiKeyCreated: ("user", "user_id", None),
    events.ApiKeysRevoked: ("user", "user_id", None),
    events.MailRetried: ("mail", "mail_id", None),
    events.WebhookEvent: ("webhook", "webhook_id", "host"),
    events.LoginFailed: ("user", "user_id", "username"),
    events.PermissionDenied: ("call", "", "call"),
}
"""The kind of what an event happened to, and the fields with its id and its name; by class or base class."""
NAMES: dict[type[Event], str] = {events.TeamCreated: "name", events.TeamDeleted: "name"}
"""The field with the target's name, where the base class has none."""
LEFT_OUT: dict[type[Event], str] = {events.PasswordResetRequested: "account"}
"""Fields that may hold secrets: visitors type passwords into name fields."""
OLD_AND_NEW = {events.RoleChanged: "role", events.MembershipChanged: "role", events.EmailChanged: "email"}
"""What ``old`` and ``new`` are, of events with these fields."""
OLD = "old_"
"""How the names of fields begin that describe what there was before."""
ENDS = ("Deleted", "Removed", "Revoked", "Disabled")
"""Ends of the names of events whose data describes what there was before."""
ADDRESS_MAX, NAME_MAX, TARGET_NAME_MAX = 64, 255, 500


def row_of(event: Event) -> Row:
    """Return the columns of a new row for an event."""
    actor, kind = event.actor, type(event)
    target_kind, id_field, name_field = _target(event)
    name_field = NAMES.get(kind, name_field)
    taken = {"actor", id_field, name_field, LEFT_OUT.get(kind)}
    data = {field.name: getattr(event, field.name) for field in fields(event) if field.name not in taken}
    before, after = _before_and_after(kind, data)
    name = getattr(event, name_field) if name_field else None
    return {
        "created_at": utcnow(),
        "actor_id": actor.id,
        "actor_name": actor.username[:NAME_MAX],
        "credential_kind": actor.credential.kind.value,
        "credential_id": actor.credential.id,
        "protocol": actor.origin.protocol,
        "address": actor.address[:ADDRESS_MAX],
        "request_id": actor.origin.request_id,
        "action": action_of(kind),
        "target_kind": target_kind,
        "target_id": getattr(event, id_field) if id_field else None,
        "target_name": (name or "")[:TARGET_NAME_MAX],
        "before": as_json(before),
        "after": as_json(after),
    }


def action_of(kind: type[Event]) -> str:
    """Return what the log calls events of a class: ``UserCreated`` → ``user-created``."""
    return _with_hyphens(kind.__name__)


@cache
def _with_hyphens(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()


def as_json(data: dict[str, Any]) -> str | None:
    """Return the data as JSON text; None if there is none."""
    options = orjson.OPT_UTC_Z | orjson.OPT_PASSTHROUGH_DATACLASS
    return orjson.dumps(data, default=_plain, option=options).decode() if data else None


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {_camel_case(field.name): getattr(value, field.name) for field in fields(value)}
    return list(value)


def _target(event: Event) -> tuple[str, str, str | None]:
    if isinstance(event, events.SecondFactorRequirementChanged):
        kind = "user" if event.user_id else "team" if event.team_id else "server"
        return kind, "" if kind == "server" else f"{kind}_id", None
    found = (TARGETS[base] for base in type(event).__mro__ if base in TARGETS)
    return next(found, ("server", "", None))


def _before_and_after(kind: type[Event], data: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name, value in data.items():
        if name == "changes":
            before |= {_camel_case(key): old for key, (old, _new) in value.items()}
            after |= {_camel_case(key): new for key, (_old, new) in value.items()}
        elif name in ("old", "new"):
            (before if name == "old" else after)[OLD_AND_NEW[kind]] = value
        elif name.startswith(OLD):
            before[_camel_case(name.removeprefix(OLD))] = value
        else:
            (before if kind.__name__.endswith(ENDS) else after)[_camel_case(name)] = value
    return before, after


def _camel_case(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(map(str.title, tail))
