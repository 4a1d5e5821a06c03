"""Users in Umami's API."""

from typing import Any, ClassVar

from marshmallow import fields

from app.api.umami.fields import Id, Option, Text
from app.api.umami.schemas.base import Drawn, IsoDate, OutSchema, WireSchema
from app.api.umami.schemas.lists import SEARCH_MAX_LENGTH, SortedSearchedQuery
from app.domain.roles import Role

PASSWORD_MAX_LENGTH = 255
EMAIL_MAX_LENGTH = 320
"""Longer ones are not parsed at all; services check the rules for addresses."""
ROLES = [role.value for role in Role]
STATES = {"active": False, "pending": True}
"""States of users: whether their invitation is pending."""
LAST_SEEN = IsoDate(
    metadata={"description": "When the user was last active, accurate to a few minutes; missing if they never were."}
)
PENDING = fields.Boolean(
    metadata={"description": "True if the user has not accepted their invitation yet; otherwise missing."}
)


def username(**kwargs: bool) -> Text:
    return Text(
        most=255,
        metadata={"description": "1 to 255 characters; unique regardless of case.", "examples": ["ada"]},
        **kwargs,
    )


def new_password(**kwargs: bool) -> Text:
    return Text(
        least=8,
        most=PASSWORD_MAX_LENGTH,
        metadata={"description": "At least 8 characters, at most 72 bytes in UTF-8.", "examples": ["correct horse"]},
        **kwargs,
    )


def email() -> Text:
    return Text(
        most=EMAIL_MAX_LENGTH,
        allow_none=True,
        metadata={
            "description": "Unique regardless of case; null or empty for no address.",
            "examples": ["ada@example.com"],
        },
    )


def display_name() -> Text:
    return Text(most=255, allow_none=True, metadata={"description": "The name to show for the user."})


class UserCreate(WireSchema):
    """``POST /api/users``."""

    username = username(required=True)
    password = new_password(required=True)
    role = Option(ROLES, required=True, metadata={"examples": [Role.USER.value]})
    id = Id(metadata={"description": "The user's id; a new one by default."})
    email = email()
    display_name = display_name()


class UserUpdate(WireSchema):
    """``POST /api/users/:id``."""

    username = username()
    password = new_password()
    role = Option(ROLES, metadata={"examples": [Role.USER.value]})
    current_password = Text(
        metadata={
            "description": "Required to change your own password or e-mail address if you are not an administrator."
        }
    )
    email = email()
    display_name = display_name()


class UserQuery(SortedSearchedQuery):
    """Query parameters of the list of users."""

    sorts: ClassVar = {
        "username": "username",
        "role": "role",
        "createdAt": "created_at",
        "lastSeenAt": "last_seen_at",
    }
    search = Text(
        most=SEARCH_MAX_LENGTH,
        metadata={
            "description": "Part of the username, the e-mail address or the display name; not case-sensitive. An empty "
            "search finds everything."
        },
    )
    role = Option(ROLES, metadata={"description": "Only users with this role.", "examples": [Role.USER.value]})
    state = Option(
        list(STATES),
        metadata={
            "description": "Only users who have not accepted their invitation yet (`pending`), or only all others "
            "(`active`).",
            "examples": ["active"],
        },
    )

    def filters(self, data: dict[str, Any]) -> dict[str, Any]:
        """``role`` and ``pending``."""
        return {
            "role": Role(data["role"]) if "role" in data else None,
            "pending": STATES[data["state"]] if "state" in data else None,
        }


class UserCreated(OutSchema):
    """A new user."""

    id = fields.UUID(required=True)
    username = fields.String(required=True)
    role = fields.String(required=True, metadata={"enum": ROLES})


class UserSummary(UserCreated):
    """A user as seen by others."""

    created_at = IsoDate(required=True, allow_none=True)


class UserProfile(UserSummary):
    """A user as seen by themselves and by administrators; keys without a value are left out."""

    two_factor_required = fields.Boolean(
        required=True, metadata={"description": "Whether a second factor is required of this user in particular."}
    )
    email = fields.String()
    display_name = fields.String()
    last_seen_at = LAST_SEEN
    pending = PENDING


class UserMade(UserCreated):
    """A new user with their e-mail address and display name; keys without a value are left out."""

    email = fields.String()
    display_name = fields.String()


class WebsiteCount(OutSchema):
    """How many websites a user owns."""

    websites = fields.Integer(required=True)


class AdminUser(UserCreated):
    """A user in the administrators' list."""

    logo_url = fields.String(required=True, allow_none=True)
    display_name = fields.String(required=True, allow_none=True)
    created_at = IsoDate(required=True, allow_none=True)
    two_factor_required = fields.Boolean(required=True)
    updated_at = IsoDate(required=True, allow_none=True)
    deleted_at = IsoDate(required=True, allow_none=True)
    count = Drawn(WebsiteCount, lambda row: {"websites": row.website_count}, data_key="_count", required=True)
    email = fields.String()
    last_seen_at = LAST_SEEN
    pending = PENDING


class UserRef(OutSchema):
    """A reference to a user."""

    id = fields.UUID(required=True)
    username = fields.String(required=True)
