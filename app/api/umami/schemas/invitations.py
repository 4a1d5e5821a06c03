"""Invitations, in the style of Umami's API, which has none."""

from collections.abc import Mapping
from typing import Any

from marshmallow import fields

from app.api.umami.fields import Id, Items, Number, Option, Part
from app.api.umami.schemas.base import ApiSchema, IsoDate, OutSchema, Serialized, reference
from app.api.umami.schemas.teams import ASSIGNABLE
from app.api.umami.schemas.users import ROLES, UserRef, email, username
from app.domain.invitations import LEAST_DAYS, MOST_DAYS, MOST_GIVEN
from app.domain.roles import Role, SiteRole, TeamRole
from app.services.invitations.views import State

RIGHTS = [role.value for role in SiteRole]
TEAM_ROLES = [role.value for role in TeamRole]


def days() -> Number:
    return Number(
        least=LEAST_DAYS,
        most=MOST_DAYS,
        metadata={"description": "Days until the link expires; by default as configured.", "examples": [7]},
    )


class InvitedTeam(ApiSchema):
    """A team to join on acceptance."""

    team_id = Id(required=True)
    role = Option(ASSIGNABLE, required=True, metadata={"examples": [TeamRole.MEMBER.value]})


class InvitedGrant(ApiSchema):
    """Access to a website."""

    website_id = Id(required=True)
    role = Option(RIGHTS, required=True, metadata={"examples": [SiteRole.VIEW.value]})


class InvitationCreate(ApiSchema):
    """``POST /api/invitations``."""

    username = username(allow_none=True)
    email = email()
    role = Option(
        ROLES,
        metadata={
            "description": "Role of the new account; by default `user`, or your own if that is lower.",
            "examples": [Role.USER.value],
        },
    )
    teams = Items(Part(InvitedTeam), most=MOST_GIVEN)
    grants = Items(Part(InvitedGrant), most=MOST_GIVEN)
    days = days()


class InvitationResend(ApiSchema):
    """``POST /api/invitations/:id/resend``."""

    days = days()


class TeamToEnter(OutSchema):
    """A team to join on acceptance."""

    team_id = fields.UUID(required=True)
    role = fields.String(required=True, metadata={"enum": TEAM_ROLES})


class GrantToHave(OutSchema):
    """Access to a website."""

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
    user_id = fields.UUID(required=True, metadata={"description": "The new account, which exists already."})
    username = fields.String(required=True)
    email = fields.String(required=True, allow_none=True)
    role = fields.String(required=True, metadata={"enum": ROLES})
    teams = Serialized(TeamToEnter, _teams, many=True, required=True)
    grants = Serialized(GrantToHave, _grants, many=True, required=True)
    inviter = Serialized(
        UserRef,
        lambda view: reference(view.inviter_id, username=view.inviter_name),
        required=True,
        allow_none=True,
        metadata={"description": "Null if it was the command line, or a user who was deleted."},
    )
    state = fields.String(required=True, metadata={"enum": [state.value for state in State]})
    created_at = IsoDate(required=True)
    expires_at = IsoDate(required=True)
    accepted_at = IsoDate(required=True, allow_none=True)


class InvitationMade(InvitationOut):
    """An invitation with its link, which is shown only once."""

    link = fields.String(required=True, metadata={"format": "uri"})

    @classmethod
    def serialize(cls, source: Any) -> dict[str, Any]:
        """From an invitation and a link."""
        view, link = source
        return {**InvitationOut.serialize(view), "link": link}
