"""Access to websites, in the style of Umami's API, which has nothing like it."""

from typing import Any

from marshmallow import fields

from app.api.umami.fields import Items, Option, Text
from app.api.umami.schemas.base import ApiSchema, OutSchema
from app.api.umami.schemas.users import UserRef
from app.domain.roles import SiteRole, Source, TeamRole

RIGHTS = [role.value for role in SiteRole]
CAPABILITIES_AT_ONCE = 100
"""More than there are; a longer list is a mistake."""


class AccessPut(ApiSchema):
    """``PUT /api/websites/:id/access/:userId``."""

    role = Option(RIGHTS, required=True, metadata={"examples": [SiteRole.VIEW.value]})
    capabilities = Items(
        Text(most=100),
        most=CAPABILITIES_AT_ONCE,
        metadata={
            "description": "All capabilities that the user is granted in addition to those implied by the role. If "
            "missing, granted capabilities that the role does not imply are kept.",
            "examples": [["tagmanager_write"]],
        },
    )


class AccessUser(OutSchema):
    """The user who has access."""

    id = fields.UUID(required=True)
    username = fields.String(required=True)
    pending = fields.Boolean(required=True, metadata={"description": "The user has not accepted the invitation yet."})


class AccessWebsite(OutSchema):
    """The website."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    domain = fields.String(required=True, allow_none=True)
    number = fields.Integer(required=True, allow_none=True, metadata={"description": "Positive; never reused."})


class AccessTeam(OutSchema):
    """The team that gives access."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True, metadata={"enum": [role.value for role in TeamRole]})


class AccessReason(OutSchema):
    """One reason for a user's access."""

    source = fields.String(required=True, metadata={"enum": [source.value for source in Source]})
    right = fields.String(required=True, metadata={"enum": RIGHTS})
    team = fields.Nested(AccessTeam, required=True, allow_none=True)
    granted_by = fields.Nested(
        UserRef,
        required=True,
        allow_none=True,
        metadata={"description": "Who granted it; null if it was the command line, or a user who was deleted."},
    )

    @classmethod
    def serialize(cls, source: Any) -> dict[str, Any]:
        team = None if source.team is None else AccessTeam.serialize(source.team)
        granter = None if source.granted_by is None else UserRef.serialize(source.granted_by)
        return {"source": source.source, "right": source.right, "team": team, "grantedBy": granter}


class AccessCapabilities(OutSchema):
    """Capabilities: granted by name, or included in the access level."""

    granted = fields.List(fields.String(), required=True)
    implied = fields.List(fields.String(), required=True)


class AccessOut(OutSchema):
    """A user's access to a website, and the reasons for it."""

    user = fields.Nested(AccessUser, required=True)
    website = fields.Nested(AccessWebsite, required=True)
    right = fields.String(
        required=True, allow_none=True, metadata={"enum": [*RIGHTS, None], "description": "The strongest access level."}
    )
    capabilities = fields.Nested(AccessCapabilities, required=True)
    reasons = fields.Nested(
        AccessReason,
        many=True,
        required=True,
        metadata={"description": "Reasons for the access, the strongest first."},
    )

    @classmethod
    def serialize(cls, source: Any) -> dict[str, Any]:
        return {
            "user": AccessUser.serialize(source.user),
            "website": AccessWebsite.serialize(source.website),
            "right": source.right,
            "capabilities": {"granted": source.granted, "implied": source.implied},
            "reasons": [AccessReason.serialize(reason) for reason in source.reasons],
        }
