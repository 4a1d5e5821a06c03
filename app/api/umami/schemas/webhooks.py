"""Webhooks, in the style of Umami's API, which has none."""

from typing import Any

from marshmallow import fields, post_load

from app.api.umami.fields import Flag, Items, Text
from app.api.umami.schemas.base import ApiSchema, IsoDate, OutSchema

MOST_EVENTS, EVENT_MAX_LENGTH, URL_MAX_LENGTH = 50, 64, 2000
EVENTS_DESCRIPTION = (
    "Groups of events (`users`, `teams`, `memberships`, `websites`, `grants`, `invitations`, `sign-ins`, "
    "`credentials`, `server`), or single types as in the audit log (`user-created`); `*` for all."
)


def chosen_events(**kwargs: Any) -> Items:
    return Items(
        Text(least=1, most=EVENT_MAX_LENGTH),
        least=1,
        most=MOST_EVENTS,
        metadata={"description": EVENTS_DESCRIPTION, "examples": [["users", "grants"]]},
        **kwargs,
    )


class WebhookCreate(ApiSchema):
    """``POST /api/admin/webhooks``."""

    url = Text(
        least=1,
        most=URL_MAX_LENGTH,
        pasted=True,
        required=True,
        metadata={"description": "Where messages are sent.", "examples": ["https://example.com/hooks/frontdesk"]},
    )
    events = chosen_events(load_default=lambda: ["*"])

    @post_load
    def _to_arguments(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        return {"url": data["url"], "selection": data["events"]}


class WebhookUpdate(ApiSchema):
    """``POST /api/admin/webhooks/:id``."""

    events = chosen_events()
    enabled = Flag(metadata={"description": "A disabled webhook gets no events."})

    @post_load
    def _to_arguments(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        return {"selection": data.get("events"), "enabled": data.get("enabled")}


def shown_events() -> fields.Field[Any]:
    return fields.List(fields.String(), required=True, metadata={"description": EVENTS_DESCRIPTION})


class _Webhook(OutSchema):
    id = fields.UUID(required=True)
    url = fields.String(required=True)
    created_at = IsoDate(required=True)


class WebhookOut(_Webhook):
    """A webhook."""

    disabled_at = IsoDate(
        required=True, allow_none=True, metadata={"description": "When it was disabled; null if it is in use."}
    )
    failing_since = IsoDate(
        required=True, allow_none=True, metadata={"description": "Since when all attempts failed; null if none did."}
    )
    waiting = fields.Integer(required=True, metadata={"description": "Messages that wait to be delivered."})
    events = shown_events()


class WebhookMade(_Webhook):
    """A new webhook."""

    secret = fields.String(
        required=True, metadata={"description": "Verifies the signatures of messages; it is not shown again."}
    )
    events = shown_events()


class WebhookSecret(OutSchema):
    """The new secret of a webhook."""

    secret = fields.String(required=True, metadata={"description": "It is not shown again."})
    former_until = IsoDate(
        required=True, metadata={"description": "Until then, messages are also signed with the former secret."}
    )


class DeliveryOut(OutSchema):
    """A message to a webhook, and how its delivery went."""

    id = fields.UUID(required=True, metadata={"description": "Also the header `webhook-id`."})
    type = fields.String(required=True)
    created_at = IsoDate(required=True)
    due_at = IsoDate(
        required=True,
        allow_none=True,
        metadata={"description": "When it is tried next; null if it was delivered or given up."},
    )
    attempts = fields.Integer(required=True)
    attempted_at = IsoDate(required=True, allow_none=True)
    delivered_at = IsoDate(required=True, allow_none=True)
    status = fields.Integer(
        required=True, allow_none=True, metadata={"description": "HTTP status of the last response, if there was one."}
    )
    error = fields.String(required=True, allow_none=True, metadata={"description": "Why the last attempt failed."})
