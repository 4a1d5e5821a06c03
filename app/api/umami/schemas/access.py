"""Access to websites in Umami's API. Umami itself has no such endpoints."""

from typing import Any

from marshmallow import ValidationError, fields

from app.api.umami import texts
from app.api.umami.fields import Option, Text
from app.api.umami.schemas.base import OutSchema, WireSchema
from app.api.umami.schemas.users import UserRef
from app.domain.roles import SiteRole, Source, TeamRole

RIGHTS = [role.value for role in SiteRole]
CAPABILITIES_AT_ONCE = 100
"""The maximum length of a list; no one has that many capabilities."""


class Names(fields.List[str]):
    """A list of short strings."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Text(most=100), **kwargs)
        received_null = texts.wrong_type("array", "null")
        self.error_messages = {**self.error_messages, "null": received_null}

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> list[Any]:
        if not isinstance(value, list):
            raise ValidationError(texts.wrong_type("array", texts.kind(value)))
        if len(value) > CAPABILITIES_AT_ONCE:
            raise ValidationError(texts.too_many(CAPABILITIES_AT_ONCE))
        return super()._deserialize(value, *args, **kwargs)


class AccessPut(WireSchema):
    """``PUT /api/websites/:id/access/:userId``."""

    role = Option(RIGHTS, required=True, metadata={"examples": [SiteRole.VIEW.value]})
    capabilities = Names(
        metadata={
            "description": "All capabilities that the user is granted in addition to those implied by the role. If "
            "missing, granted capabilities that the role does not imply are kept.",
            "examples": [["tagmanager_write"]],
        }
    )


class AccessUser(OutSchema):
    """The user who has access."""

    id = fields.UUID(required=True)
    username = fields.String(required=True)
    pending = fields.Boolean(
        required=True, metadata={"description": "The user has been invited, and has not accepted yet."}
    )


class AccessWebsite(OutSchema):
    """The website that the user has access to."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    domain = fields.String(required=True, allow_none=True)
    number = fields.Integer(
        required=True, allow_none=True, metadata={"description": "A positive number; never reused."}
    )


class AccessTeam(OutSchema):
    """The team through which a user has access."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True, metadata={"enum": [role.value for role in TeamRole]})


class AccessReason(OutSchema):
    """One reason why a user has access."""

    source = fields.String(required=True, metadata={"enum": [source.value for source in Source]})
    right = fields.String(required=True, metadata={"enum": RIGHTS})
    team = fields.Nested(AccessTeam, required=True, allow_none=True)
    granted_by = fields.Nested(
        UserRef,
        required=True,
        allow_none=True,
        metadata={
            "description": "The user who gave a grant; null if it was given on the command line, or that user has been "
            "deleted."
        },
    )

    @classmethod
    def draw(cls, source: Any) -> dict[str, Any]:
        team = None if source.team is None else AccessTeam.draw(source.team)
        granter = None if source.granted_by is None else UserRef.draw(source.granted_by)
        return {"source": source.source, "right": source.right, "team": team, "grantedBy": granter}


class AccessCapabilities(OutSchema):
    """Capabilities that are granted by name, and those that the access level implies."""

    granted = fields.List(fields.String(), required=True)
    implied = fields.List(fields.String(), required=True)


class AccessOut(OutSchema):
    """A user's access to a website, and the reasons for it."""

    user = fields.Nested(AccessUser, required=True)
    website = fields.Nested(AccessWebsite, required=True)
    right = fields.String(
        required=True,
        allow_none=True,
        metadata={"enum": [*RIGHTS, None], "description": "The highest access level; null without access."},
    )
    capabilities = fields.Nested(AccessCapabilities, required=True)
    reasons = fields.Nested(
        AccessReason,
        many=True,
        required=True,
        metadata={"description": "Where the access comes from, highest access level first."},
    )

    @classmethod
    def draw(cls, source: Any) -> dict[str, Any]:
        return {
            "user": AccessUser.draw(source.user),
            "website": AccessWebsite.draw(source.website),
            "right": source.right,
            "capabilities": {"granted": source.granted, "implied": source.implied},
            "reasons": [AccessReason.draw(reason) for reason in source.reasons],
        }
