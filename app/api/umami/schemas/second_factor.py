"""The second factor in Umami's API."""

from typing import Any

from marshmallow import RAISE, ValidationError, fields, validates_schema

from app.api.umami import texts
from app.api.umami.fields import Flag, Text
from app.api.umami.schemas.base import ApiSchema, OutSchema

CODE_LENGTH = 6


def code(**kwargs: bool) -> Text:
    return Text(least=CODE_LENGTH, most=CODE_LENGTH, metadata={"examples": ["123456"]}, **kwargs)


class Code(ApiSchema):
    """``POST /api/2fa/setup/confirm``."""

    token = code(required=True)


class DisableIn(ApiSchema):
    """``POST /api/2fa/disable``."""

    password = Text(required=True)
    token = code(required=True)


class VerifyIn(ApiSchema):
    """``POST /api/2fa/verify``: exactly one of the two, and nothing else."""

    class Meta:
        unknown = RAISE

    token = code()
    backup_code = Text(least=1, most=100, metadata={"examples": ["0123456789ABCDEF-0123456789ABCDEF"]})

    @validates_schema(skip_on_field_errors=True)
    def _one_of_two(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if not data:
            text = texts.wrong_type("string", "undefined")
            raise ValidationError({"token": [text], "backupCode": [text]})
        if len(data) > 1:
            raise ValidationError('Unrecognized key: "backupCode"')


class RequiredIn(ApiSchema):
    """Whether a second factor is required."""

    required = Flag(required=True)


class FactorStatusOut(OutSchema):
    """Whether the caller has a second factor, and whether one is required."""

    is_enabled = fields.Boolean(required=True)
    is_required = fields.Boolean(required=True)
    required_reason = fields.String(
        required=True,
        allow_none=True,
        metadata={"enum": ["global", "user", "team", None], "description": "Whose requirement applies."},
    )
    is_configured = fields.Constant(True, required=True)
    global_required = fields.Boolean(required=True)


class SetupOut(OutSchema):
    """What an authenticator app needs."""

    qr_code_data_url = fields.String(required=True, metadata={"description": "A QR code as PNG."})
    manual_key = fields.String(required=True, metadata={"description": "The secret of the QR code, to be typed."})
    qr_code_svg = fields.String(required=True, metadata={"description": "The QR code as SVG."})
    otpauth_url = fields.String(required=True, metadata={"description": "The content of the QR code."})


class BackupCodes(OutSchema):
    """Codes that can be used instead of the app, each once."""

    backup_codes = fields.List(fields.String(), required=True)

    @classmethod
    def serialize(cls, source: Any) -> dict[str, Any]:
        """From a list of codes."""
        return {"backupCodes": list(source)}


class FactorEnabled(OutSchema):
    """Whether a user has a second factor."""

    is_enabled = fields.Boolean(required=True)

    @classmethod
    def serialize(cls, source: Any) -> dict[str, Any]:
        return {"isEnabled": source["is_enabled"]}


class GlobalRequirement(OutSchema):
    """Whether a second factor is required of all users."""

    ok = fields.Constant(True, required=True)
    required = fields.Boolean(required=True)

    @classmethod
    def serialize(cls, source: Any) -> dict[str, Any]:
        return {"ok": True, "required": source["required"]}


class TeamRequirement(OutSchema):
    """Whether a second factor is required of a team."""

    ok = fields.Constant(True, required=True)
    team_id = fields.UUID(required=True)
    two_factor_required = fields.Boolean(required=True)

    @classmethod
    def serialize(cls, source: Any) -> dict[str, Any]:
        return {"ok": True, "teamId": str(source["team_id"]), "twoFactorRequired": source["two_factor_required"]}


class UserRequirement(OutSchema):
    """Whether a second factor is required of a user."""

    ok = fields.Constant(True, required=True)
    user_id = fields.UUID(required=True)
    two_factor_required = fields.Boolean(required=True)

    @classmethod
    def serialize(cls, source: Any) -> dict[str, Any]:
        return {"ok": True, "userId": str(source["user_id"]), "twoFactorRequired": source["two_factor_required"]}


class ResetCounts(OutSchema):
    """How many rows a reset deleted."""

    two_factor_auth = fields.Integer(required=True, attribute="factors")
    backup_codes = fields.Integer(required=True)
    otp_used = fields.Integer(required=True, attribute="used_codes")
    rate_limit = fields.Integer(required=True, attribute="locks")


class FactorReset(OutSchema):
    """A second factor that was removed."""

    ok = fields.Constant(True, required=True)
    user_id = fields.UUID(required=True)
    reset = fields.Nested(ResetCounts, required=True)

    @classmethod
    def serialize(cls, source: Any) -> dict[str, Any]:
        return {"ok": True, "userId": str(source["user_id"]), "reset": ResetCounts.serialize(source["reset"])}
