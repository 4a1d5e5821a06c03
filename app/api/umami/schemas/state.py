"""Declarative state: one file of users, teams, websites and grants."""

from collections.abc import Mapping
from typing import Any

import orjson
from marshmallow import ValidationError, fields, post_load, validates_schema

from app.api.umami import problems
from app.api.umami.fields import Flag, Items, Part, Text
from app.api.umami.schemas.base import ApiSchema, OutSchema
from app.services.state.changes import Change
from app.services.state.together import Request

NAME_MAX_LENGTH, SECRET_MAX_LENGTH, MOST_SECRETS = 1000, 4096, 10_000


class SecretSent(ApiSchema):
    """A secret that the file names, such as ``{"env": "ADA_PASSWORD"}``, and its value."""

    env = Text(most=NAME_MAX_LENGTH)
    file = Text(most=NAME_MAX_LENGTH)
    value = Text(most=SECRET_MAX_LENGTH, allow_none=True, metadata={"description": "Null if there is none."})

    @validates_schema
    def _one_source(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if ("env" in data) == ("file" in data):
            raise ValidationError("Specify either env or file")


class StatePlan(ApiSchema):
    """``POST /api/admin/state/plan``."""

    content = Text(required=True, metadata={"description": "The state file: YAML.", "examples": ["users: []"]})
    name = Text(
        most=NAME_MAX_LENGTH, load_default="state", metadata={"description": "Its name, for messages about it."}
    )
    prune = Flag(load_default=False, metadata={"description": "Delete what the file does not list."})
    set_passwords = Flag(load_default=False, metadata={"description": "Also set passwords of existing users."})
    secrets = Items(Part(SecretSent), most=MOST_SECRETS)

    @post_load
    def _to_arguments(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        expected = data.pop("fingerprint", None)
        secrets = data.pop("secrets", None)
        if secrets is not None:
            data["secrets"] = {
                ("env", item["env"]) if "env" in item else ("file", item["file"]): item.get("value") for item in secrets
            }
        return {"request": Request(**data), **({} if expected is None else {"expected": expected})}


class StateApply(StatePlan):
    """``POST /api/admin/state/apply``."""

    fingerprint = Text(
        most=64, required=True, metadata={"description": "That of the plan; if the plan is another by now: 400."}
    )


class PlannedChange(OutSchema):
    """A change."""

    action = fields.String(required=True, metadata={"enum": ["create", "update", "replace", "delete"]})
    kind = fields.String(required=True, metadata={"enum": ["user", "key", "team", "member", "website", "grant"]})
    name = fields.String(required=True)
    fields_ = fields.Dict(
        data_key="fields", required=True, metadata={"description": "The old and the new value of each field."}
    )

    @classmethod
    def serialize(cls, source: Change) -> dict[str, Any]:
        changed = {name: {"old": _plain(old), "new": _plain(new)} for name, (old, new) in source.fields.items()}
        return {"action": source.action, "kind": source.kind, "name": source.name, "fields": changed}


def _plain(value: Any) -> Any:
    """Return a value as JSON has it."""
    return orjson.loads(orjson.dumps(value, default=str, option=orjson.OPT_UTC_Z))


class PlanOut(OutSchema):
    """What would be changed."""

    changes = fields.List(fields.Nested(PlannedChange), required=True)
    unlisted = fields.Dict(
        required=True, metadata={"description": "How many things of each kind are not in the file, and kept."}
    )
    secrets = fields.List(
        fields.Dict(), required=True, metadata={"description": "The secrets that the changes need, without values."}
    )
    fingerprint = fields.String(required=True, metadata={"description": "Tells this plan from others."})

    @classmethod
    def serialize(cls, source: Any) -> dict[str, Any]:
        """From a ``Plan``."""
        needed: list[Mapping[str, str]] = []
        for wanted in source.sources.values():
            if wanted not in needed:
                needed.append(dict(wanted))
        return {
            "changes": [PlannedChange.serialize(change) for change in source.in_order()],
            "unlisted": dict(source.kept),
            "secrets": needed,
            "fingerprint": source.fingerprint,
        }


class AppliedOut(OutSchema):
    """What was changed."""

    changes = fields.List(fields.Nested(PlannedChange), required=True)
    error = fields.Dict(
        required=True,
        allow_none=True,
        metadata={"description": "Why the others were not made, as problem details (RFC 9457); null if all were."},
    )

    @classmethod
    def serialize(cls, source: Any) -> dict[str, Any]:
        """From an ``Outcome``."""
        error = None if source.error is None else problems.details(source.error)
        return {"changes": [PlannedChange.serialize(change) for change in source.made], "error": error}


class StateOut(OutSchema):
    """A state file for which a plan has no change."""

    content = fields.String(required=True, metadata={"description": "YAML, without secrets."})
