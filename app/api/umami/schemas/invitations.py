"""Invitations in Umami's API. Umami itself has no such endpoints."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields

from app.api.umami import texts
from app.api.umami.fields import Id, Number, Option, Part
from app.api.umami.schemas.base import Drawn, IsoDate, OutSchema, WireSchema, reference
from app.api.umami.schemas.teams import ASSIGNABLE
from app.api.umami.schemas.users import ROLES, UserRef, email, username
from app.domain.roles import Role, SiteRole, TeamRole
from app.services.invitations.limits import LEAST_DAYS, MOST_DAYS, MOST_GIVEN
from app.services.invitations.views import State

RIGHTS = [role.value for role in SiteRole]
TEAM_ROLES = [role.value for role in TeamRole]


class Entries(fields.List[Any]):
    """A list of objects, with a maximum length."""

    def __init__(self, schema: type[WireSchema], **kwargs: Any) -> None:
        super().__init__(Part(schema), **kwargs)
        self.error_messages = {**self.error_messages, "null": texts.wrong_type("array", "null")}

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> list[Any]:
        if not isinstance(value, list):
            raise ValidationError(texts.wrong_type("array", texts.kind(value)))
        if len(value) > MOST_GIVEN:
            raise ValidationError(texts.too_many(MOST_GIVEN))
        return super()._deserialize(value, *args, **kwargs)


def days() -> Number:
    return Number(
        least=LEAST_DAYS,
        most=MOST_DAYS,
        metadata={"description": "How many days the link is valid; by default as configured.", "examples": [7]},
    )


class InvitedTeam(WireSchema):
    """A team that the invited user joins on acceptance."""

    team_id = Id(required=True)
    role = Option(ASSIGNABLE, required=True, metadata={"examples": [TeamRole.MEMBER.value]})


class InvitedGrant(WireSchema):
    """A grant on a website."""

    website_id = Id(required=True)
    role = Option(RIGHTS, required=True, metadata={"examples": [SiteRole.VIEW.value]})


class InvitationCreate(WireSchema):
    """``POST /api/invitations``."""

    username = username(allow_none=True)
    email = email()
    role = Option(
        ROLES,
        metadata={
            "description": "The role of the new user; by default `user`, or your own role if that is lower.",
            "examples": [Role.USER.value],
        },
    )
    teams = Entries(InvitedTeam)
    grants = Entries(InvitedGrant)
    days = days()


class InvitationResend(WireSchema):
    """``POST /api/invitations/:id/resend``."""

    days = days()


class TeamToEnter(OutSchema):
    """A team that the invited user joins on acceptance."""

    team_id = fields.UUID(required=True)
    role = fields.String(required=True, metadata={"enum": TEAM_ROLES})


class GrantToHave(OutSchema):
    """A grant on a website."""

    website_id = fields.UUID(required=True)
    role = fields.String(required=True, metadata={"enum": RIGHTS})


def _teams(view: Any) -> list[dict[str, str]]:
    return [_entry(entry, "teamId", "team_id") for entry in view.teams]


def _grants(view: Any) -> list[dict[str, str]]:
    return [_entry(entry, "websiteId", "website_id") for entry in view.grants]


def _entry(entry: Mapping[str, str], key: str, name: str) -> dict[str, str]:
    return {key: entry[name], "role": entry["role"]}


class InvitationOut(OutSchema):
    """An invitation and its state."""

    id = fields.UUID(required=True)
    user_id = fields.UUID(required=True, metadata={"description": "The invited user, whose account already exists."})
    username = fields.String(required=True)
    email = fields.String(required=True, allow_none=True)
    role = fields.String(required=True, metadata={"enum": ROLES})
    teams = Drawn(TeamToEnter, _teams, many=True, required=True)
    grants = Drawn(GrantToHave, _grants, many=True, required=True)
    inviter = Drawn(
        UserRef,
        lambda view: reference(view.inviter_id, username=view.inviter_name),
        required=True,
        allow_none=True,
        metadata={
            "description": "Null if the invitation was created on the command line, or that user has been deleted."
        },
    )
    state = fields.String(required=True, metadata={"enum": [state.value for state in State]})
    created_at = IsoDate(required=True)
    expires_at = IsoDate(required=True)
    accepted_at = IsoDate(required=True, allow_none=True)


class InvitationMade(InvitationOut):
    """An invitation with its link, which is returned only once."""

    link = fields.String(required=True, metadata={"format": "uri"})

    @classmethod
    def draw(cls, source: Any) -> dict[str, Any]:
        """From an invitation and a link."""
        view, link = source
        return {**InvitationOut.draw(view), "link": link}
