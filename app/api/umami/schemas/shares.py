"""Public links in Umami's API."""

from typing import Any

from marshmallow import fields

from app.api.umami.fields import Id, Record, Text, Whole
from app.api.umami.schemas.base import ApiSchema, IsoDate, OutSchema
from app.models import WEBSITE_SHARE


class WebsiteShareCreate(ApiSchema):
    """``POST /api/websites/:id/shares``."""

    name = Text(most=200, required=True)
    parameters = Record(load_default=dict)


class ShareCreate(ApiSchema):
    """``POST /api/share``."""

    entity_id = Id(required=True, metadata={"description": "The id of the website."})
    share_type = Whole(
        numeric_text=True,
        required=True,
        metadata={"enum": [WEBSITE_SHARE], "description": "1 for a website; other types are not supported."},
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
    """A public link to a website."""

    id = fields.UUID(required=True)
    entity_id = fields.UUID(required=True)
    name = fields.String(required=True)
    share_type = fields.Integer(required=True)
    slug = fields.String(required=True)
    parameters = fields.Dict(required=True)
    created_at = IsoDate(required=True, allow_none=True)
    updated_at = IsoDate(required=True, allow_none=True)


class SharedViewOut(OutSchema):
    """What the bearer of a share token can view."""

    share_id = fields.UUID(required=True)
    share_type = fields.Integer(required=True)
    parameters = fields.Dict(required=True)
    website_id = fields.UUID(required=True)


class OpenedShare(SharedViewOut):
    """What a public link shows, with a token for it that is valid for a day."""

    token = fields.String(required=True)

    @classmethod
    def serialize(cls, source: Any) -> dict[str, Any]:
        """From a share and a token."""
        share, token = source
        return {
            "shareId": str(share.id),
            "shareType": share.share_type,
            "parameters": share.parameters,
            "websiteId": str(share.entity_id),
            "token": token,
        }
