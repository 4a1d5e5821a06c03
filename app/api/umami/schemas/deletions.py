"""Calls that destroy something: what they may be told, in the query or in a JSON body."""

from typing import Any

from marshmallow import RAISE, ValidationError, fields

from app.api.umami import texts
from app.api.umami.fields import Id
from app.api.umami.schemas.base import WireSchema

YES, NO = "true", "false"


class Deletion(WireSchema):
    """
    Nothing at all. A parameter that is not known is an error here: misspelt, it would destroy what it was meant to
    save.
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
            "description": "Who gets the user's websites and teams, instead of deletion. It may stand in a JSON body "
            "instead."
        }
    )


class MemberDelete(Deletion):
    """``DELETE /api/teams/:id/users/:userId``."""

    keep_grants = YesOrNo(
        metadata={
            "description": "Whether the user keeps what they were granted on the team's websites; false without it. It "
            "may stand in a JSON body instead."
        }
    )
