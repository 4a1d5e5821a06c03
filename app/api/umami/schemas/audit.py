"""The audit log, in the style of Umami's API, which has none."""

from typing import Any

from marshmallow import ValidationError, fields, post_load

from app.api.umami.fields import Moment, Text, Whole
from app.api.umami.schemas.base import ApiSchema, ExactDate, OutSchema, Serialized, reference
from app.domain.actor import CredentialKind
from app.domain.audit import AuditFilters
from app.domain.pagination import Page, Window, cursor_of, number_of
from app.runtime import runtime

PAGE_SIZE = 100
CURSOR_MAX_LENGTH = 40


class Cursor(Text):
    """A place in a list, as ``nextCursor`` returned it."""

    def accept(self, value: str) -> Any:
        number = number_of(super().accept(value)) if len(value) <= CURSOR_MAX_LENGTH else None
        if number is None:
            raise ValidationError("Invalid cursor")
        return number


class AuditQuery(ApiSchema):
    """Filters and page of the audit log."""

    is_list = True

    cursor = Cursor(
        load_default=None,
        metadata={
            "description": "`nextCursor` of the page before.",
            "examples": [cursor_of(1000)],
            "maxLength": CURSOR_MAX_LENGTH,
        },
    )
    after = Whole(
        least=0,
        numeric_text=True,
        load_default=None,
        metadata={"description": "Only events with higher numbers, oldest first, to copy the log piece by piece."},
    )
    page = Whole(
        numeric_text=True,
        load_default=None,
        metadata={
            "description": "Number of the page, from 1, instead of `cursor`. The response then has `count`. New events "
            "move the pages."
        },
    )
    page_size = Whole(
        numeric_text=True,
        load_default=PAGE_SIZE,
        metadata={"description": "Items per page; values above the server's limit are reduced to it."},
    )
    actor = Text(most=255, metadata={"description": "Id, or name at the time, of the user who acted."})
    action = Text(most=64, metadata={"description": "What happened.", "examples": ["user-created"]})
    target = Text(most=64, metadata={"description": "Id of what was changed, or its kind.", "examples": ["user"]})
    since = Moment(data_key="from", metadata={"description": "Only events at this time or later."})
    until = Moment(data_key="to", metadata={"description": "Only events before this time."})

    @post_load
    def _to_arguments(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        before, after, page = data.pop("cursor"), data.pop("after"), data.pop("page")
        size = min(data.pop("page_size"), runtime().config.max_page_size)
        if sum(given is not None for given in (before, after, page)) > 1 or (after is not None and data):
            raise ValidationError(["cursor, page, and after without filters, exclude each other"])
        if after is not None:
            return {"after": after, "size": size}
        filters = AuditFilters(**data)
        if page is not None:
            return {"window": Window.of_page(page, size), "filters": filters}
        return {"before": before, "size": size, "filters": filters}


class AuditActor(OutSchema):
    """The user who acted."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)


class AuditCredential(OutSchema):
    """What the actor authenticated with."""

    kind = fields.String(required=True, metadata={"enum": [kind.value for kind in CredentialKind]})
    id = fields.UUID(required=True, allow_none=True)


class AuditTarget(OutSchema):
    """What an event happened to."""

    kind = fields.String(required=True)
    id = fields.UUID(required=True, allow_none=True)
    name = fields.String(required=True)


class AuditEventOut(OutSchema):
    """An event."""

    number = fields.Integer(required=True, metadata={"description": "Place in the log, without gaps."})
    id = fields.UUID(required=True)
    created_at = ExactDate(required=True, metadata={"description": "With microseconds, which the hash covers."})
    action = fields.String(required=True)
    actor = Serialized(
        AuditActor,
        lambda row: reference(row.actor_id, name=row.actor_name),
        required=True,
        allow_none=True,
        metadata={"description": "Null if no user was logged in, as at the command line."},
    )
    credential = Serialized(
        AuditCredential,
        lambda row: {"kind": row.credential_kind, "id": row.credential_id and str(row.credential_id)},
        required=True,
    )
    protocol = fields.String(required=True)
    address = fields.String(required=True)
    request_id = fields.String(required=True)
    target = Serialized(
        AuditTarget,
        lambda row: {"kind": row.target_kind, "id": row.target_id and str(row.target_id), "name": row.target_name},
        required=True,
    )
    before = fields.Dict(required=True, allow_none=True, metadata={"description": "Values before, by name."})
    after = fields.Dict(required=True, allow_none=True, metadata={"description": "Values after, by name."})
    hash = fields.String(required=True, metadata={"description": "HMAC of the event and of the hash before it."})
    key_id = fields.String(required=True, metadata={"description": "Which of the server's keys the HMAC is made with."})


class AuditPage(OutSchema):
    """A page of the audit log, newest first, or with `after` oldest first."""

    data = fields.List(fields.Nested(AuditEventOut), required=True)
    next_cursor = fields.String(
        allow_none=True,
        metadata={"description": "`cursor` of the next page; null on the last, and absent with `page` and `after`."},
    )
    count = fields.Integer(metadata={"description": "Number of events on all pages; only with `page`."})

    @classmethod
    def serialize(cls, source: Any) -> dict[str, Any]:
        """From rows and a cursor, a page, or rows alone."""
        if isinstance(source, list):
            return {"data": list(map(AuditEventOut.serializer(), source))}
        if isinstance(source, Page):
            return {"data": list(map(AuditEventOut.serializer(), source.rows)), "count": source.total}
        return {"data": list(map(AuditEventOut.serializer(), source.data)), "nextCursor": source.next_cursor}
