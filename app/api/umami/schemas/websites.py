"""Websites in Umami's API."""

from types import SimpleNamespace
from typing import Any, ClassVar

from marshmallow import fields, post_load

from app.api.umami.fields import Flag, Id, Number, Option, Part, Text, Whole
from app.api.umami.schemas.base import ApiSchema, IsoDate, OutSchema, SameFlag, Serialized, camel_case, reference
from app.api.umami.schemas.lists import ListQuery, SortedQuery, SortedSearchedQuery
from app.api.umami.schemas.teams import MembershipOut, TeamOut
from app.api.umami.schemas.users import UserRef

TEAM_COLUMNS = ("name", "access_code", "logo_url", "created_at", "updated_at", "deleted_at", "two_factor_required")
WEBSITE_SORTS = {"name": "name", "domain": "domain", "createdAt": "created_at"}
SLUG_MAX_LENGTH = 50


class ReplayConfig(ApiSchema):
    """How visits are recorded. Frontdesk stores it for the tracker."""

    sample_rate = Number(least=0, most=1)
    mask_level = Option(["strict", "moderate"])
    max_duration = Whole()
    block_selector = Text(most=1000)

    @post_load
    def _as_stored(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        """Keep the API's names: Umami's column holds them, and responses contain them."""
        return {camel_case(name): value for name, value in data.items()}


class WebsiteCreate(ApiSchema):
    """``POST /api/websites``."""

    name = Text(most=100, required=True, metadata={"examples": ["Example"]})
    domain = Text(most=500, required=True, metadata={"examples": ["example.org"]})
    share_id = Text(
        most=SLUG_MAX_LENGTH,
        pasted=True,
        allow_none=True,
        metadata={"description": "Also create a public link with this slug."},
    )
    team_id = Id(allow_none=True, metadata={"description": "The team that owns it; by default you do."})
    id = Id(allow_none=True, metadata={"description": "Its id; by default a new one."})


class TeamWebsiteCreate(WebsiteCreate):
    """``POST /api/teams/:id/websites``; the team in the path owns the website."""

    class Meta(ApiSchema.Meta):
        exclude = ("team_id",)


class WebsiteUpdate(ApiSchema):
    """``POST /api/websites/:id``; ``recorderEnabled`` is what Umami 3.3 calls ``replayEnabled``."""

    name = Text(most=100)
    domain = Text(most=500)
    share_id = Text(
        most=SLUG_MAX_LENGTH,
        pasted=True,
        allow_none=True,
        metadata={"description": "Adds a public link with this slug; null deletes all links."},
    )
    replay_enabled = Flag()
    recorder_enabled = Flag()
    replay_config = Part(ReplayConfig, allow_none=True)


class WebsiteTransfer(ApiSchema):
    """``POST /api/websites/:id/transfer``; if both are given, the user counts."""

    user_id = Id()
    team_id = Id()


class MyWebsiteQuery(SortedQuery):
    """Your websites: page and order."""

    sorts: ClassVar = WEBSITE_SORTS
    include_teams = Text(
        most=100,
        metadata={"type": "boolean", "description": "Include websites of the teams the user owns or manages."},
    )


class WebsiteQuery(MyWebsiteQuery, SortedSearchedQuery):
    """A user's websites: page, search and order."""


class TeamWebsiteQuery(SortedSearchedQuery):
    """Websites: page, search and order."""

    sorts: ClassVar = WEBSITE_SORTS


class ShareQuery(ListQuery):
    """A website's public links: page."""


class WebsiteBare(OutSchema):
    """A website without ``shareId``."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    domain = fields.String(required=True, allow_none=True)
    reset_at = IsoDate(required=True, allow_none=True)
    user_id = fields.UUID(required=True, allow_none=True)
    team_id = fields.UUID(required=True, allow_none=True)
    created_by = fields.UUID(required=True, allow_none=True)
    created_at = IsoDate(required=True, allow_none=True)
    updated_at = IsoDate(required=True, allow_none=True)
    deleted_at = IsoDate(required=True, allow_none=True)
    replay_enabled = fields.Boolean(required=True)
    replay_config = fields.Dict(required=True, allow_none=True)
    recorder_enabled = SameFlag(
        "replay_enabled", required=True, metadata={"description": "The same as `replayEnabled`, as Umami 3.3 calls it."}
    )


def share_id() -> fields.String:
    return fields.String(
        attribute="share_slug",
        required=True,
        allow_none=True,
        metadata={"description": "Slug of the newest public link."},
    )


class WebsiteOut(WebsiteBare):
    """A website."""

    share_id = share_id()


class OwnedWebsite(WebsiteBare):
    """A website with its owner."""

    user = Serialized(UserRef, lambda row: owner(row), required=True, allow_none=True)
    share_id = share_id()


class TeamWebsite(WebsiteBare):
    """A team's website, and the user who created it."""

    create_user = Serialized(
        UserRef,
        lambda row: reference(row.creator_id, username=row.creator_name),
        required=True,
        allow_none=True,
    )
    share_id = share_id()


class OwnersTeam(TeamOut):
    """A team with its owners."""

    members = fields.Nested(MembershipOut, many=True, required=True)


class AdminWebsite(WebsiteBare):
    """A website in the list for administrators, from a ``WebsiteView``."""

    user = fields.Nested(UserRef, required=True, allow_none=True)
    team = fields.Nested(OwnersTeam, required=True, allow_none=True)
    share_id = share_id()

    @classmethod
    def serialize(cls, source: Any) -> dict[str, Any]:
        row = source.website
        serialized = {**WebsiteBare.serialize(row), "user": owner(row), "team": None, "shareId": row.share_slug}
        if row.team_name is not None:
            team = SimpleNamespace(id=row.team_id, **{name: getattr(row, f"team_{name}") for name in TEAM_COLUMNS})
            serialized["team"] = {
                **TeamOut.serialize(team),
                "members": [MembershipOut.serialize(member) for member in source.team_owners],
            }
        return serialized


def owner(row: Any) -> dict[str, Any] | None:
    """Return the owner of a website, the name first as in Umami."""
    return None if row.owner_id is None else {"username": row.owner_name, "id": str(row.owner_id)}
