"""Websites in Umami's API."""

from types import SimpleNamespace
from typing import Any, ClassVar

from marshmallow import ValidationError, fields, post_load, validates_schema

from app.api.umami.fields import Flag, Id, Number, Option, Part, Text, Whole
from app.api.umami.schemas.base import ApiSchema, IsoDate, OutSchema, SameFlag, Serialized, reference
from app.api.umami.schemas.external_ids import EXTERNAL_ID, EXTERNAL_ID_MAX_LENGTH, external_id
from app.api.umami.schemas.lists import CursorQuery, ListQuery, SortedQuery, SortedSearchedQuery, created_after, exact
from app.api.umami.schemas.teams import MembershipOut, TeamOut
from app.api.umami.schemas.users import UserRef
from app.domain.text import camel_case

TEAM_COLUMNS = (
    "name",
    "access_code",
    "logo_url",
    "created_at",
    "updated_at",
    "deleted_at",
    "two_factor_required",
    "external_id",
)
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
    external_id = external_id()


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
    external_id = external_id()
    replay_enabled = Flag()
    recorder_enabled = Flag()
    replay_config = Part(ReplayConfig, allow_none=True)


class WebsitePut(ApiSchema):
    """``PUT /api/websites/:id``: the state that the website has afterwards. No ``externalId`` means none."""

    name = Text(most=100, required=True, metadata={"examples": ["Example"]})
    domain = Text(most=500, required=True, metadata={"examples": ["example.org"]})
    external_id = external_id()
    team_id = Id(allow_none=True, metadata={"description": "The team that owns it."})
    user_id = Id(
        allow_none=True,
        metadata={
            "description": "The user who owns it. Without an owner, a new website is yours, and another keeps its own."
        },
    )

    @validates_schema
    def _one_owner(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if data.get("team_id") is not None and data.get("user_id") is not None:
            raise ValidationError({"userId": ["Cannot be combined with teamId"]})


class WebsiteTransfer(ApiSchema):
    """``POST /api/websites/:id/transfer``; if both are given, the user counts."""

    user_id = Id()
    team_id = Id()


class _WebsiteQuery(SortedQuery, CursorQuery):
    sorts: ClassVar = WEBSITE_SORTS
    name = exact(100, "Only websites with exactly this name.")
    domain = exact(500, "Only websites with exactly this domain.")
    external_id = exact(EXTERNAL_ID_MAX_LENGTH, "Only the website with this external id.")
    created_after = created_after()


class MyWebsiteQuery(_WebsiteQuery):
    """Your websites: page, filters and order."""

    include_teams = Text(
        most=100,
        metadata={"type": "boolean", "description": "Include websites of the teams the user owns or manages."},
    )


class WebsiteQuery(MyWebsiteQuery, SortedSearchedQuery):
    """A user's websites: page, search, filters and order."""


class TeamWebsiteQuery(_WebsiteQuery, SortedSearchedQuery):
    """Websites: page, search, filters and order."""


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
    external_id = EXTERNAL_ID


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
