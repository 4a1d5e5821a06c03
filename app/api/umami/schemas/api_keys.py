"""API keys in Umami's API. Keys without scopes look as in Umami; scopes and expiry are ours."""

from typing import Any

from marshmallow import fields, post_load

from app.api.umami.fields import Items, Moment, Option, Text
from app.api.umami.schemas.base import ApiSchema, IsoDate, OutSchema
from app.domain.scopes import Scope

SCOPES = [scope.value for scope in Scope]
EXPIRES = IsoDate(metadata={"description": "When the key ends; absent if never."})


def shown_scopes() -> fields.Field[Any]:
    return fields.List(
        fields.String(metadata={"enum": SCOPES}),
        metadata={"description": "Absent for a key that can do what Umami's own keys can."},
    )


class KeyCreate(ApiSchema):
    """``POST /api/me/api-keys``."""

    name = Text(least=1, most=255, pasted=True, required=True, metadata={"examples": ["Monthly report"]})
    scopes = Items(
        Option(SCOPES),
        least=1,
        most=len(SCOPES),
        metadata={
            "description": "What the key can be used for, within your own permissions. By default, everything that "
            "Umami's own keys can do: teams and websites, but not users.",
            "examples": [[Scope.USERS_READ.value, Scope.TEAMS_WRITE.value]],
        },
    )
    expires_at = Moment(metadata={"description": "When the key ends; by default never."})

    @post_load
    def _to_scopes(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        return {**data, "scopes": frozenset(map(Scope, data["scopes"]))} if "scopes" in data else data


class _Key(OutSchema):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    key_prefix = fields.String(required=True, metadata={"description": "The first characters of the key."})


class _Row(_Key):
    last_used_at = IsoDate(
        required=True, allow_none=True, metadata={"description": "Accurate to five minutes; null if never."}
    )
    created_at = IsoDate(required=True)
    expires_at = EXPIRES


class _New(_Key):
    created_at = IsoDate(required=True)
    key = fields.String(required=True, metadata={"description": "The key itself, which is not shown again."})
    expires_at = EXPIRES


class KeyOut(_Row):
    """An API key."""

    scopes = shown_scopes()

    @classmethod
    def serialize(cls, source: Any) -> dict[str, Any]:
        """From a ``KeyRecord``."""
        return {**_Row.serialize(source), **_scopes(source)}


class KeyMade(_New):
    """A new API key."""

    scopes = shown_scopes()

    @classmethod
    def serialize(cls, source: Any) -> dict[str, Any]:
        """From a ``NewKey``."""
        return {**_New.serialize(source), **_scopes(source)}


def _scopes(source: Any) -> dict[str, Any]:
    return {} if source.scopes is None else {"scopes": source.scopes.split()}
