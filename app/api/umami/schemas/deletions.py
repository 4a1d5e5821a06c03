"""Options of DELETE requests, in the query or in a JSON body."""

from typing import Any

from marshmallow import RAISE, ValidationError, fields

from app.api.umami import texts
from app.api.umami.fields import Id
from app.api.umami.schemas.base import WireSchema

YES, NO = "true", "false"


class Deletion(WireSchema):
    """
    No options.

    Unknown keys are errors here: a misspelt option would otherwise delete what it was meant to keep.
    """

    error_messages = {"unknown": "Unrecognized key"}

    class Meta:
        unknown = RAISE


class YesOrNo(fields.Boolean):
    """true or false, as JSON or as text."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> bool:
        if isinstance(value, bool):
            return value
        if value not in (YES, NO):
            raise ValidationError(texts.no_option((YES, NO)))
        return bool(value == YES)


class UserDelete(Deletion):
    """``DELETE /api/users/:id``."""

    transfer_to = Id(
        metadata={
            "description": "The user to whom websites and teams are transferred, instead of deleting the websites. Can "
            "also be sent in a JSON body."
        }
    )


class MemberDelete(Deletion):
    """``DELETE /api/teams/:id/users/:userId``."""

    keep_grants = YesOrNo(
        metadata={
            "description": "Whether the user keeps grants on the team's websites; false by default. Can also be sent "
            "in a JSON body."
        }
    )
