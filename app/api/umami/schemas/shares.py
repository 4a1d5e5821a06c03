"""Public links in Umami's API."""

from typing import Any

from marshmallow import fields

from app.api.umami.fields import Id, Record, Text, Whole
from app.api.umami.schemas.base import ApiSchema, IsoDate, OutSchema
from app.domain.shared_views import EntityType


class WebsiteShareCreate(ApiSchema):
    """``POST /api/websites/:id/shares``."""

    name = Text(most=200, required=True)
    parameters = Record(load_default=dict)


class ShareCreate(ApiSchema):
    """``POST /api/share``."""

    entity_id = Id(required=True, metadata={"description": "The id of what the link shows."})
    share_type = Whole(
        numeric_text=True,
        required=True,
        metadata={
            "enum": [kind.value for kind in EntityType],
            "description": "1 for a website. On a database of Umami's also 2, 3 and 4: a link, a pixel, a board.",
        },
    )
    name = Text(most=200, required=True)
    slug = Text(most=100, pasted=True)
    parameters = Record(required=True)


class ShareUpdate(ApiSchema):
    """``POST /api/share/id/:id``."""

    name = Text(most=200, required=True)
    slug = Text(least=1, most=100, pasted=True, required=True)
    parameters = Record(required=True)


class ShareOut(OutSchema):
    """A public link."""

    id = fields.UUID(required=True)
    entity_id = fields.UUID(required=True)
    name = fields.String(required=True)
    share_type = fields.Integer(required=True)
    slug = fields.String(required=True)
    parameters = fields.Dict(required=True)
    created_at = IsoDate(required=True, allow_none=True)
    updated_at = IsoDate(required=True, allow_none=True)


class SharedViewOut(OutSchema):
    """What the bearer of a share token can view. A link or pixel of Umami's is also its ``websiteId``."""

    share_id = fields.UUID(required=True)
    share_type = fields.Integer(required=True)
    parameters = fields.Dict(required=True)
    website_id = fields.UUID()
    link_id = fields.UUID()
    pixel_id = fields.UUID()
    board_id = fields.UUID()
    website_ids = fields.List(fields.UUID())
    link_ids = fields.List(fields.UUID())
    pixel_ids = fields.List(fields.UUID())

    @classmethod
    def serialize(cls, source: Any) -> dict[str, Any]:
        """From a ``SharedView``."""
        return dict(source.in_umami())


class OpenedShare(SharedViewOut):
    """What a public link shows, with a token for it that is valid for a day."""

    token = fields.String(required=True)

    @classmethod
    def serialize(cls, source: Any) -> dict[str, Any]:
        """From a ``SharedView`` and a token."""
        view, token = source
        return {**view.in_umami(), "token": token}
