"""Many operations in one call."""

from typing import Any

import orjson
from marshmallow import ValidationError, fields, pre_load

from app.api.umami.conditions import HEADER_MAX_LENGTH
from app.api.umami.fields import Flag, Id, Items, Option, Text
from app.api.umami.schemas.base import ApiSchema, OutSchema
from app.domain.errors import MOST_SHOWN_OF_NAME

AT_ONCE = 1000
MOST_NAMED = 10
"""So many unknown keys are named."""
UNRECOGNIZED = "Unrecognized key"
OPERATIONS = (
    "createUser",
    "putUser",
    "updateUser",
    "deleteUser",
    "disableUser",
    "enableUser",
    "restoreUser",
    "createTeam",
    "putTeam",
    "updateTeam",
    "deleteTeam",
    "createTeamUser",
    "putTeamUser",
    "updateTeamUser",
    "deleteTeamUser",
    "createWebsite",
    "putWebsite",
    "updateWebsite",
    "transferWebsite",
    "deleteWebsite",
    "putWebsiteAccess",
    "deleteWebsiteAccess",
)
"""The endpoints that can be called in bulk, as the OpenAPI document names them."""
NOT_IN_BULK = {"updateUser": "currentPassword", "putUser": "currentPassword", "updateTeam": "accessCode"}
"""Keys that would be guesses, which are counted one by one and outside of transactions."""


class BulkOperation(ApiSchema):
    """
    One operation: a call of another endpoint, with the ids of its path, its body as `data`, and its preconditions.
    """

    operation = Option(
        OPERATIONS, required=True, metadata={"description": "The endpoint, by its `operationId` in this document."}
    )
    user_id = Id(metadata={"description": "The id in the endpoint's path, if it has one."})
    team_id = Id(metadata={"description": "Likewise."})
    website_id = Id(metadata={"description": "Likewise."})
    data = fields.Dict(
        metadata={
            "description": "The endpoint's body; without `currentPassword` and `accessCode`, which are checked one by "
            "one. For those that delete, their parameters."
        }
    )
    if_match = Text(most=HEADER_MAX_LENGTH, metadata={"description": "The header `If-Match`, if the endpoint has it."})
    if_none_match = Text(most=HEADER_MAX_LENGTH, metadata={"description": "Likewise `If-None-Match`."})


class Operations(Items):
    """A list of operations, as they were sent: each is checked on its own."""

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> list[Any]:
        return self.as_sent(value)


class Bulk(ApiSchema):
    """``POST /api/bulk``. Unknown keys are an error: a misspelt ``atomic`` would do half of what was wanted."""

    operations = Operations(
        fields.Nested(BulkOperation), most=AT_ONCE, required=True, metadata={"description": "They are done in order."}
    )
    atomic = Flag(
        load_default=False,
        metadata={"description": "Whether all operations are undone if one fails; otherwise each is on its own."},
    )

    @pre_load
    def _no_unknown_keys(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        unknown = [key for key in data if key not in self.fields]
        if unknown:
            raise ValidationError({key[:MOST_SHOWN_OF_NAME]: [UNRECOGNIZED] for key in unknown[:MOST_NAMED]})
        return data


class BulkError(ApiSchema):
    """The error of an operation, as its endpoint returns it."""

    message = fields.String(required=True)
    code = fields.String()
    status = fields.Integer(required=True)
    reason = fields.String()


class BulkResult(ApiSchema):
    """What became of an operation."""

    index = fields.Integer(required=True, metadata={"description": "Its place among the operations, from 0."})
    status = fields.Integer(required=True, metadata={"description": "The HTTP status that its endpoint returns."})
    data = fields.Raw(metadata={"description": "The body that its endpoint returns, if it succeeded."})
    etag = fields.String(metadata={"description": "The header `ETag`, after PUT."})
    error = fields.Nested(BulkError, metadata={"description": "The error that its endpoint returns."})


class BulkDone(OutSchema):
    """The results of all operations, in order."""

    succeeded = fields.Integer(required=True)
    failed = fields.Integer(required=True)
    results = fields.List(fields.Nested(BulkResult), required=True)

    @classmethod
    def serialize(cls, source: Any) -> dict[str, Any]:
        """From a ``Done``."""
        return {
            "succeeded": len(source.answers) - source.failed,
            "failed": source.failed,
            "results": [*map(orjson.Fragment, source.answers)],
        }
