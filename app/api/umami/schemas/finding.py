"""Names that one thing is found by."""

from typing import Any

from marshmallow import ValidationError, validates_schema

from app.api.umami.fields import Text
from app.api.umami.schemas.base import ApiSchema
from app.api.umami.schemas.deletions import YesOrNo

NAME_MAX_LENGTH = 1000


class NameQuery(ApiSchema):
    """What the thing is called."""

    is_list = True  # an unknown parameter would have narrowed the search

    name = Text(most=NAME_MAX_LENGTH, required=True, metadata={"examples": ["ada"]})


class UserNameQuery(NameQuery):
    """What the user is called, and where to look."""

    display_name = YesOrNo(
        load_default=False,
        metadata={"description": "Whether the name may also be a display name that only one user has."},
    )
    deleted = YesOrNo(
        load_default=False,
        metadata={"description": "Find a deleted user who can be restored, instead of the others."},
    )

    @validates_schema
    def _one_way(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if data["display_name"] and data["deleted"]:
            raise ValidationError({"deleted": ["Cannot be combined with displayName"]})
