"""Parameters of calls that delete something, in the query or in a JSON body."""

from typing import Any

from marshmallow import RAISE, ValidationError, fields

from app.api.umami import texts
from app.api.umami.fields import Id
from app.api.umami.schemas.base import ApiSchema

YES, NO = "true", "false"


class Deletion(ApiSchema):
    """
    No parameters. Unknown ones are an error here: a misspelt parameter would delete what it was meant to save.
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
            "description": "The user who gets the websites and teams, instead of deleting them. "
            "It can be sent in a JSON body instead."
        }
    )


class MemberDelete(Deletion):
    """``DELETE /api/teams/:id/users/:userId``."""

    keep_grants = YesOrNo(
        metadata={
            "description": "Whether the user keeps grants on the team's websites; by default not. It "
            "may stand in a JSON body instead."
        }
    )
