"""Login, the caller, and the server's settings, in Umami's API."""

from typing import Any

from marshmallow import ValidationError, fields, post_load

from app.api.umami import texts
from app.api.umami.fields import Text
from app.api.umami.schemas.base import ApiSchema, IsoDate, OutSchema, iso_date
from app.api.umami.schemas.shares import SharedViewOut
from app.api.umami.schemas.teams import BriefTeam
from app.api.umami.schemas.users import EMAIL_MAX_LENGTH, PASSWORD_MAX_LENGTH, UserSummary
from app.domain.roles import Role
from app.services.authentication.partial_logins import HalfWay


class LoginIn(ApiSchema):
    """``POST /api/auth/login``."""

    username = Text(required=True, metadata={"description": "Username or e-mail address; not case-sensitive."})
    password = Text(required=True)


class PasswordChange(ApiSchema):
    """``POST /api/me/password``."""

    current_password = Text(required=True)
    new_password = Text(
        least=8,
        most=PASSWORD_MAX_LENGTH,
        required=True,
        metadata={"description": "At least 8 characters, at most 72 bytes in UTF-8; not a common password."},
    )


class PasswordConfirmation(ApiSchema):
    """``POST /api/auth/confirm``."""

    password = Text(required=True, metadata={"description": "The password of the user who is logged in."})


class Confirmed(OutSchema):
    """Until when the password counts as confirmed."""

    confirmed_until = IsoDate(required=True)

    @classmethod
    def serialize(cls, source: Any) -> dict[str, Any]:
        """From a date."""
        return {"confirmedUntil": iso_date(source)}


class ForgotPassword(ApiSchema):
    """``POST /api/auth/forgot-password``."""

    username = Text(most=EMAIL_MAX_LENGTH, metadata={"description": "Username or e-mail address."})
    email = Text(most=EMAIL_MAX_LENGTH, metadata={"description": "The same; one of the two is required."})

    @post_load
    def _to_account(self, data: dict[str, Any], **_kwargs: Any) -> str:
        account: str = data.get("username") or data.get("email") or ""
        if not account.strip():
            raise ValidationError(texts.wrong_type("string", "undefined"), "username")
        return account


class SignedOnUser(UserSummary):
    """The user of a second session."""

    is_admin = fields.Boolean(required=True)

    @classmethod
    def serialize(cls, source: Any) -> dict[str, Any]:
        """From an ``Actor``."""
        return {**UserSummary.serialize(source), "isAdmin": source.role == Role.ADMIN}


class CurrentUser(UserSummary):
    """The caller."""

    two_factor_required = fields.Boolean(required=True)
    is_admin = fields.Boolean(required=True)

    @classmethod
    def serialize(cls, source: Any) -> dict[str, Any]:
        """From an ``Actor``."""
        required = source.user is not None and source.user.two_factor_required
        return {**UserSummary.serialize(source), "twoFactorRequired": required, "isAdmin": source.role == Role.ADMIN}


class CurrentUserWithTeams(CurrentUser):
    """The caller, and their teams."""

    teams = fields.Nested(BriefTeam, many=True, required=True)

    @classmethod
    def serialize(cls, source: Any) -> dict[str, Any]:
        """From an ``Identity``."""
        return {**CurrentUser.serialize(source.user), "teams": [BriefTeam.serialize(team) for team in source.teams]}


class LoggedInUser(UserSummary):
    """The user who has logged in, with their teams."""

    is_admin = fields.Boolean(required=True)
    teams = fields.Nested(BriefTeam, many=True, required=True)

    @classmethod
    def serialize(cls, source: Any) -> dict[str, Any]:
        """From an ``Identity``."""
        return {
            **UserSummary.serialize(source.user),
            "isAdmin": source.user.role == Role.ADMIN,
            "teams": [BriefTeam.serialize(team) for team in source.teams],
        }


class LoginDone(OutSchema):
    """A session token, and its user."""

    token = fields.String(required=True)
    user = fields.Nested(LoggedInUser, required=True)

    @classmethod
    def serialize(cls, source: Any) -> dict[str, Any]:
        """From a ``Login``."""
        return {"token": source.token, "user": LoggedInUser.serialize(source.identity)}


class LoggedIn(OutSchema):
    """A session token and its user; or, for users with a second factor, a token for ``POST /api/2fa/verify``."""

    token = fields.String()
    user = fields.Nested(LoggedInUser)
    requires_two_factor = fields.Boolean(metadata={"description": "True if a second factor is needed."})
    partial_token = fields.String(metadata={"description": "Valid for five minutes, only for the second factor."})

    @classmethod
    def serialize(cls, source: Any) -> dict[str, Any]:
        """From a ``Login`` or a ``HalfWay``."""
        if isinstance(source, HalfWay):
            return {"requiresTwoFactor": True, "partialToken": source.partial_token}
        return LoginDone.serialize(source)


class SignedOn(OutSchema):
    """A second session of the user who is logged in."""

    user = fields.Nested(SignedOnUser, required=True)
    token = fields.String(required=True)

    @classmethod
    def serialize(cls, source: Any) -> dict[str, Any]:
        """From an actor and a token."""
        actor, token = source
        return {"user": SignedOnUser.serialize(actor), "token": token}


class UsedKey(OutSchema):
    """The API key of the request."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)


class Me(OutSchema):
    """The caller, and how they are authenticated."""

    token = fields.String(metadata={"description": "The bearer token of the request, if there is one."})
    share_token = fields.Nested(
        SharedViewOut, allow_none=True, metadata={"description": "Absent if the request has an API key."}
    )
    user = fields.Nested(CurrentUser, required=True, allow_none=True)
    auth_type = fields.String(required=True, metadata={"enum": ["session", "share", "api-key"]})
    api_key = fields.Nested(UsedKey)

    @classmethod
    def serialize(cls, source: Any) -> dict[str, Any]:
        """From an actor and the token that was sent."""
        actor, token = source
        if actor.is_key:
            key = UsedKey.serialize(actor.credential)
            return {"token": token, "user": CurrentUser.serialize(actor), "authType": "api-key", "apiKey": key}
        user = actor.id is not None
        return {
            **({"token": token} if user else {}),
            "shareToken": SharedViewOut.serialize(actor.share) if actor.share else None,
            "user": CurrentUser.serialize(actor) if user else None,
            "authType": "session" if user else "share",
        }


class Subscription(OutSchema):
    """The subscription of Umami Cloud. A server of your own has none, and no limits."""

    has_subscription = fields.Constant(False, required=True)
    is_business = fields.Constant(False, required=True)
    is_no_billing = fields.Constant(False, required=True)
    is_pro = fields.Constant(False, required=True)
    unlimited_websites = fields.Constant(True, required=True)


class ServerConfig(OutSchema):
    """The settings that a dashboard reads before a user logs in."""

    cloud_mode = fields.Constant(False, required=True)
    favicon_url = fields.String()
    links_url = fields.String()
    pixels_url = fields.String()
    private_mode = fields.Boolean(required=True)
    telemetry_disabled = fields.Boolean(required=True)
    tracker_script_name = fields.String()
    updates_disabled = fields.Boolean(required=True)
    current_version = fields.Constant(True, required=True)

    @classmethod
    def serialize(cls, source: Any) -> dict[str, Any]:
        """From the settings; empty ones are left out."""
        return {key: value for key, value in super().serialize(source).items() if value != ""}


class _SessionRow(OutSchema):
    id = fields.UUID(required=True)
    created_at = IsoDate(required=True)
    last_used_at = IsoDate(required=True, metadata={"description": "Accurate to five minutes."})
    expires_at = IsoDate(required=True, metadata={"description": "When the session ends if it is not used again."})
    address = fields.String(required=True, allow_none=True)
    user_agent = fields.String(required=True, allow_none=True)


class SessionOut(_SessionRow):
    """A session."""

    current = fields.Boolean(required=True, metadata={"description": "Whether it is the session of this request."})

    @classmethod
    def serialize(cls, source: Any) -> dict[str, Any]:
        """From a ``SessionView``."""
        return {**_SessionRow.serialize(source.session), "current": source.current}


class Ok(OutSchema):
    """The request succeeded."""

    ok = fields.Constant(True, required=True)
