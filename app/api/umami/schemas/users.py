"""Users in Umami's API."""

from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import ValidationError, fields, missing

from app.api.umami.fields import Flag, Id, Moment, Option, Text
from app.api.umami.schemas.base import ApiSchema, IsoDate, OutSchema, Serialized
from app.api.umami.schemas.external_ids import EXTERNAL_ID, EXTERNAL_ID_MAX_LENGTH, external_id
from app.api.umami.schemas.lists import (
    SEARCH_MAX_LENGTH,
    CursorQuery,
    ListQuery,
    SortedSearchedQuery,
    created_after,
    exact,
)
from app.domain.errors import NoPassword
from app.domain.roles import AccountState, Role

PASSWORD_MAX_LENGTH = 255
EMAIL_MAX_LENGTH = 320
"""Longer ones are not parsed at all; services check the rules for addresses."""
ROLES = [role.value for role in Role]
LAST_SEEN = IsoDate(metadata={"description": "When the user was last active; absent if never."})
PENDING = fields.Boolean(metadata={"description": "True until the user has accepted the invitation."})
MUST_CHANGE_PASSWORD = fields.Boolean(
    metadata={"description": "True until the user has changed the password, if an administrator requires it."}
)
SERVICE_ACCOUNT = fields.Boolean(
    metadata={"description": "True for a program's account, which has no password; absent for people."}
)
DISABLED = IsoDate(metadata={"description": "Since when the account is disabled; absent if it is not."})


def username(**kwargs: bool) -> Text:
    return Text(
        most=255,
        metadata={"description": "1 to 255 characters; unique, ignoring case.", "examples": ["ada"]},
        **kwargs,
    )


def new_password(**kwargs: bool) -> Text:
    return Text(
        least=8,
        most=PASSWORD_MAX_LENGTH,
        metadata={
            "description": "At least 8 characters, at most 72 bytes in UTF-8; not a common password.",
            "examples": ["correct horse"],
        },
        **kwargs,
    )


def email() -> Text:
    return Text(
        most=EMAIL_MAX_LENGTH,
        allow_none=True,
        metadata={"description": "Unique, ignoring case; null or empty for none.", "examples": ["ada@example.com"]},
    )


def display_name() -> Text:
    return Text(most=255, allow_none=True, metadata={"description": "Full name, or how the user wants to be called."})


def password_hash() -> Text:
    return Text(
        most=PASSWORD_MAX_LENGTH,
        metadata={
            "description": "A bcrypt hash instead of the password; from administrators only.",
            "examples": ["$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"],
        },
    )


class FirstPassword(Text):
    """The password of a new account: required without its hash, except that a service account must not have one."""

    def deserialize(
        self, value: Any, attr: str | None = None, data: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> Any:
        if value is missing and data is not None and "passwordHash" in data:
            return None
        if data is None or data.get("serviceAccount") is not True:
            return super().deserialize(value, attr, data, **kwargs)
        if value is not missing:
            raise ValidationError(NoPassword().message)
        return None


class UserCreate(ApiSchema):
    """``POST /api/users``."""

    username = username(required=True)
    password = FirstPassword(
        required=True,
        least=8,
        most=PASSWORD_MAX_LENGTH,
        metadata={
            "description": "At least 8 characters, at most 72 bytes in UTF-8; none for a service account.",
            "examples": ["correct horse"],
        },
    )
    service_account = Flag(
        metadata={"description": "True for a program's account: it has no password, cannot log in, and uses API keys."}
    )
    role = Option(ROLES, required=True, metadata={"examples": [Role.USER.value]})
    id = Id(metadata={"description": "Id of the user; by default a new one."})
    email = email()
    display_name = display_name()
    external_id = external_id()
    password_hash = password_hash()


class UserUpdate(ApiSchema):
    """``POST /api/users/:id``."""

    username = username()
    password = new_password()
    role = Option(ROLES, metadata={"examples": [Role.USER.value]})
    current_password = Text(
        metadata={
            "description": "Required to change your own password or e-mail address, unless you are an administrator."
        }
    )
    email = email()
    display_name = display_name()
    external_id = external_id()
    password_hash = password_hash()
    must_change_password = Flag(
        metadata={
            "description": "Whether the user must change the password before anything else. Ignored unless you are an "
            "administrator."
        }
    )


class UserPut(ApiSchema):
    """``PUT /api/users/:id``: the state that the user has afterwards. Profile keys that are left out mean none."""

    username = username(required=True)
    role = Option(ROLES, required=True, metadata={"examples": [Role.USER.value]})
    email = email()
    display_name = display_name()
    external_id = external_id()
    password = Text(
        least=8,
        most=PASSWORD_MAX_LENGTH,
        metadata={
            "description": "Required to create a user, except for service accounts. Left out, it stays as it is.",
            "examples": ["correct horse"],
        },
    )
    password_hash = password_hash()
    current_password = Text(
        metadata={"description": "Required to change your own password or e-mail address, unless you administer."}
    )
    service_account = Flag(metadata={"description": "Whether it is a program's account; cannot be changed."})


class UserQuery(SortedSearchedQuery, CursorQuery):
    """Users: page, search, filters and order."""

    sorts: ClassVar = {
        "username": "username",
        "role": "role",
        "createdAt": "created_at",
        "lastSeenAt": "last_seen_at",
    }
    search = Text(
        most=SEARCH_MAX_LENGTH,
        metadata={
            "description": "Part of the username, e-mail address or display name, ignoring case; empty finds all."
        },
    )
    role = Option(ROLES, metadata={"description": "Only users with this role.", "examples": [Role.USER.value]})
    state = Option(
        [state.value for state in AccountState],
        metadata={
            "description": "Users who have not accepted their invitation yet (`pending`), whom an administrator has "
            "`disabled`, or who can log in (`active`).",
            "examples": ["active"],
        },
    )

    username = exact(255, "Only the user with this username, in any case.")
    email = exact(EMAIL_MAX_LENGTH, "Only the user with this e-mail address, in any case.")
    external_id = exact(EXTERNAL_ID_MAX_LENGTH, "Only the user with this external id.")
    created_after = created_after()

    def filters(self, data: dict[str, Any]) -> dict[str, Any]:
        """``role`` and ``state``."""
        return {
            "role": Role(data["role"]) if "role" in data else None,
            "state": AccountState(data["state"]) if "state" in data else None,
        }


class InactiveQuery(ListQuery):
    """Users who have not been here for some time: page, and since when."""

    since = Moment(
        required=True,
        metadata={
            "description": "Only users who were last active before this time, or were created before it and never "
            "active.",
            "examples": ["2026-01-01"],
        },
    )

    def filters(self, data: dict[str, Any]) -> dict[str, Any]:
        """``since``."""
        return {"since": data["since"]}


class UserCreated(OutSchema):
    """A new user."""

    id = fields.UUID(required=True)
    username = fields.String(required=True)
    role = fields.String(required=True, metadata={"enum": ROLES})


class UserSummary(UserCreated):
    """A user. The password hash has no field here."""

    created_at = IsoDate(required=True, allow_none=True)


class UserProfile(UserSummary):
    """A user with profile; keys without a value are left out."""

    two_factor_required = fields.Boolean(
        required=True, metadata={"description": "Whether a second factor is required of this user in particular."}
    )
    email = fields.String()
    display_name = fields.String()
    last_seen_at = LAST_SEEN
    pending = PENDING
    disabled_at = DISABLED
    must_change_password = MUST_CHANGE_PASSWORD
    service_account = SERVICE_ACCOUNT
    external_id = EXTERNAL_ID


class DeletedUser(UserSummary):
    """A deleted user who can be restored."""

    email = fields.String()
    deleted_at = IsoDate(required=True)


class ResetLink(OutSchema):
    """A link with which a user sets a new password."""

    link = fields.String(required=True, metadata={"format": "uri", "description": "It works once; pass it on safely."})


class UserMade(UserCreated):
    """A new user, with the given profile."""

    email = fields.String()
    display_name = fields.String()
    service_account = SERVICE_ACCOUNT
    external_id = EXTERNAL_ID


class WebsiteCount(OutSchema):
    """Number of websites."""

    websites = fields.Integer(required=True)


class AdminUser(UserCreated):
    """A user in the list for administrators."""

    logo_url = fields.String(required=True, allow_none=True)
    display_name = fields.String(required=True, allow_none=True)
    created_at = IsoDate(required=True, allow_none=True)
    two_factor_required = fields.Boolean(required=True)
    updated_at = IsoDate(required=True, allow_none=True)
    deleted_at = IsoDate(required=True, allow_none=True)
    count = Serialized(WebsiteCount, lambda row: {"websites": row.website_count}, data_key="_count", required=True)
    email = fields.String()
    last_seen_at = LAST_SEEN
    pending = PENDING
    disabled_at = DISABLED
    must_change_password = MUST_CHANGE_PASSWORD
    service_account = SERVICE_ACCOUNT
    external_id = EXTERNAL_ID


class UserRef(OutSchema):
    """Id and name of a user."""

    id = fields.UUID(required=True)
    username = fields.String(required=True)
