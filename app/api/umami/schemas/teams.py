"""Teams and their members in Umami's API."""

from typing import Any, ClassVar

from marshmallow import fields

from app.api.umami.fields import Id, Option, Text
from app.api.umami.schemas.base import Drawn, IsoDate, OutSchema, WireSchema
from app.api.umami.schemas.lists import SortedQuery, SortedSearchedQuery
from app.api.umami.schemas.users import UserRef
from app.domain.roles import TeamRole

ASSIGNABLE = [TeamRole.MEMBER.value, TeamRole.VIEW_ONLY.value, TeamRole.MANAGER.value]
TEAM_SORTS = {"name": "name", "createdAt": "created_at"}


class TeamCreate(WireSchema):
    """``POST /api/teams``."""

    name = Text(most=50, required=True, metadata={"examples": ["Blue"]})
    owner_id = Id(metadata={"description": "The owner; only administrators can name another user."})


class TeamUpdate(WireSchema):
    """``POST /api/teams/:id``."""

    name = Text(most=50)
    access_code = Text(most=50, pasted=True, metadata={"description": "A new one must have at least 8 characters."})


class TeamJoin(WireSchema):
    """``POST /api/teams/join``."""

    access_code = Text(most=50, pasted=True, required=True)


class MemberAdd(WireSchema):
    """``POST /api/teams/:id/users``."""

    user_id = Id(required=True)
    role = Option(ASSIGNABLE, required=True)


class MemberUpdate(WireSchema):
    """``POST /api/teams/:id/users/:userId``; owners can appoint other owners with ``team-owner``."""

    role = Option([*ASSIGNABLE, TeamRole.OWNER.value], required=True)


class TeamQuery(SortedQuery):
    """Query parameters of a user's teams."""

    sorts: ClassVar = TEAM_SORTS


class AdminTeamQuery(SortedSearchedQuery):
    """Query parameters of the list of all teams."""

    sorts: ClassVar = TEAM_SORTS


class BriefTeam(OutSchema):
    """A team in the response to a login."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    logo_url = fields.String(required=True, allow_none=True)


class MembershipOut(OutSchema):
    """A user's membership of a team."""

    id = fields.UUID(required=True)
    team_id = fields.UUID(required=True)
    user_id = fields.UUID(required=True)
    role = fields.String(required=True, metadata={"enum": [role.value for role in TeamRole]})
    created_at = IsoDate(required=True, allow_none=True)
    updated_at = IsoDate(required=True, allow_none=True)


class NamedMember(MembershipOut):
    """A membership with the user's name."""

    user = Drawn(UserRef, lambda row: {"id": str(row.user_id), "username": row.username}, required=True)


class TeamOut(OutSchema):
    """A team."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    access_code = fields.String(
        required=True, allow_none=True, metadata={"description": "Null for users who cannot change it."}
    )
    logo_url = fields.String(required=True, allow_none=True)
    created_at = IsoDate(required=True, allow_none=True)
    updated_at = IsoDate(required=True, allow_none=True)
    deleted_at = IsoDate(required=True, allow_none=True)
    two_factor_required = fields.Boolean(required=True)


class TeamCounts(OutSchema):
    """How many websites and members a team has."""

    websites = fields.Integer(required=True)
    members = fields.Integer(required=True)


class TeamWithMembers(TeamOut):
    """A team with its members, longest-standing first."""

    members = Drawn(MembershipOut, lambda row: row, many=True, required=True)

    @classmethod
    def draw(cls, source: Any) -> dict[str, Any]:
        """From a ``TeamView``."""
        return {**TeamOut.draw(source), "members": [*map(MembershipOut.pen(), source.members)]}


class TeamFull(TeamOut):
    """A team in a list, with the names of its members."""

    members = Drawn(NamedMember, lambda row: row, many=True, required=True)
    count = Drawn(TeamCounts, lambda row: row, data_key="_count", required=True)

    @classmethod
    def draw(cls, source: Any) -> dict[str, Any]:
        """From a ``TeamView``."""
        return {
            **TeamOut.draw(source),
            "members": [*map(member_from_text, source.members)],
            "_count": {"websites": source.website_count, "members": source.member_count},
        }


def member_from_text(row: Any) -> dict[str, Any]:
    """
    Return a ``NamedMember`` for a row whose ids and times are text.

    This is written by hand because a page of teams has hundreds of members.
    """
    return {
        "id": row.id,
        "teamId": row.team_id,
        "userId": row.user_id,
        "role": row.role,
        "createdAt": row.created_at,
        "updatedAt": row.updated_at,
        "user": {"id": row.user_id, "username": row.username},
    }
