"""Teams and their members in Umami's API."""

from typing import Any, ClassVar

from marshmallow import fields

from app.api.umami.fields import Id, Option, Text
from app.api.umami.schemas.base import ApiSchema, IsoDate, OutSchema, Serialized
from app.api.umami.schemas.external_ids import EXTERNAL_ID, EXTERNAL_ID_MAX_LENGTH, external_id
from app.api.umami.schemas.lists import (
    CursorQuery,
    SearchedQuery,
    SortedQuery,
    SortedSearchedQuery,
    created_after,
    exact,
)
from app.api.umami.schemas.users import UserRef
from app.domain.roles import TeamRole

ASSIGNABLE = [TeamRole.MEMBER.value, TeamRole.VIEW_ONLY.value, TeamRole.MANAGER.value]
TEAM_SORTS = {"name": "name", "createdAt": "created_at"}


class TeamCreate(ApiSchema):
    """``POST /api/teams``."""

    name = Text(most=50, required=True, metadata={"examples": ["Blue"]})
    owner_id = Id(metadata={"description": "The owner of the team; administrators can name another user."})
    id = Id(metadata={"description": "Its id; by default a new one."})
    external_id = external_id()


class TeamUpdate(ApiSchema):
    """``POST /api/teams/:id``."""

    name = Text(most=50)
    access_code = Text(most=50, pasted=True, metadata={"description": "A new one needs at least 8 characters."})
    external_id = external_id()


class TeamPut(ApiSchema):
    """``PUT /api/teams/:id``: the state that the team has afterwards. No ``externalId`` means none."""

    name = Text(most=50, required=True, metadata={"examples": ["Blue"]})
    external_id = external_id()
    owner_id = Id(metadata={"description": "A user who is an owner; by default you, if the team is created."})


class TeamJoin(ApiSchema):
    """``POST /api/teams/join``."""

    access_code = Text(most=50, pasted=True, required=True)


class MemberAdd(ApiSchema):
    """``POST /api/teams/:id/users``."""

    user_id = Id(required=True)
    role = Option(ASSIGNABLE, required=True)


class MemberUpdate(ApiSchema):
    """``POST /api/teams/:id/users/:userId``; ``team-owner`` makes the member an owner."""

    role = Option([*ASSIGNABLE, TeamRole.OWNER.value], required=True)


class MemberPut(MemberUpdate):
    """``PUT /api/teams/:id/users/:userId``: the role that the user has in the team afterwards."""


class TeamQuery(SortedQuery, CursorQuery):
    """Teams: page, filters and order."""

    sorts: ClassVar = TEAM_SORTS
    name = exact(50, "Only teams with exactly this name.")
    external_id = exact(EXTERNAL_ID_MAX_LENGTH, "Only the team with this external id.")
    created_after = created_after()


class AdminTeamQuery(TeamQuery, SortedSearchedQuery):
    """All teams: page, search, filters and order."""


class MemberQuery(SearchedQuery, CursorQuery):
    """Members of a team: page, search and filters."""

    username = exact(255, "Only the member with this username, in any case.")
    created_after = created_after()


class BriefTeam(OutSchema):
    """A team as a login shows it."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    logo_url = fields.String(required=True, allow_none=True)


class MembershipOut(OutSchema):
    """A membership."""

    id = fields.UUID(required=True)
    team_id = fields.UUID(required=True)
    user_id = fields.UUID(required=True)
    role = fields.String(required=True, metadata={"enum": [role.value for role in TeamRole]})
    created_at = IsoDate(required=True, allow_none=True)
    updated_at = IsoDate(required=True, allow_none=True)


class NamedMember(MembershipOut):
    """A membership with the user's name."""

    user = Serialized(UserRef, lambda row: {"id": str(row.user_id), "username": row.username}, required=True)


class TeamOut(OutSchema):
    """A team."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    access_code = fields.String(
        required=True, allow_none=True, metadata={"description": "Null if you cannot change it."}
    )
    logo_url = fields.String(required=True, allow_none=True)
    created_at = IsoDate(required=True, allow_none=True)
    updated_at = IsoDate(required=True, allow_none=True)
    deleted_at = IsoDate(required=True, allow_none=True)
    two_factor_required = fields.Boolean(required=True)
    external_id = EXTERNAL_ID


class TeamCounts(OutSchema):
    """Numbers of websites and members."""

    websites = fields.Integer(required=True)
    members = fields.Integer(required=True)


class TeamWithMembers(TeamOut):
    """A team with all members, longest-standing first."""

    members = Serialized(MembershipOut, lambda row: row, many=True, required=True)

    @classmethod
    def serialize(cls, source: Any) -> dict[str, Any]:
        """From a ``TeamView``."""
        return {**TeamOut.serialize(source), "members": [*map(MembershipOut.serializer(), source.members)]}


class TeamFull(TeamOut):
    """A team in a list, with all members and their names."""

    members = Serialized(NamedMember, lambda row: row, many=True, required=True)
    count = Serialized(TeamCounts, lambda row: row, data_key="_count", required=True)

    @classmethod
    def serialize(cls, source: Any) -> dict[str, Any]:
        """From a ``TeamView``."""
        return {
            **TeamOut.serialize(source),
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
