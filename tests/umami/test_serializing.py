"""Responses are serialized without marshmallow; the result must match the declared schema."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from marshmallow import fields

from app import api  # noqa: F401 (so that every schema is known)
from app.api.umami.schemas import (
    access,
    api_keys,
    audit,
    auth,
    bulk,
    files,
    invitations,
    lists,
    second_factor,
    shares,
    state,
    teams,
    websites,
)
from app.api.umami.schemas.base import OutSchema
from app.domain.errors import TeamIdTaken
from app.domain.pagination import Page, Place, Sort
from app.domain.shared_views import EntityType, SharedView
from app.queries.memberships import MemberAsText
from app.services.authentication.partial_logins import HalfWay
from app.services.authentication.second_factor import Reset
from app.services.bulk import Done
from app.services.files.importing import LineRemark
from app.services.importing.report import Outcome
from app.services.state import together
from app.services.teams.teams import TeamView
from app.settings import Config
from tests.actors import acting, guest

MOMENT = datetime(2026, 11, 21, 16, 42, 1, 599987, tzinfo=UTC)
FLAGS = (
    "pending",
    "replay_enabled",
    "private_mode",
    "telemetry_disabled",
    "updates_disabled",
    "is_admin",
    "two_factor_required",
    "is_enabled",
    "is_required",
    "global_required",
    "required",
    "service_account",
    "current",
)
NUMBERS = (
    "factors",
    "backup_codes",
    "used_codes",
    "locks",
    "website_count",
    "member_count",
    "websites",
    "members",
    "share_type",
    "count",
    "page",
    "page_size",
    "number",
    "attempts",
    "status",
    "waiting",
)
RECORDS = ("parameters", "replay_config", "before", "after")
ENTRIES = {
    "teams": {"team_id": str(UUID(int=8)), "role": "team-member"},
    "grants": {"website_id": str(UUID(int=9)), "role": "view"},
}


class Row:
    """A row with a value for every name that a schema or its serializer may read."""

    def __init__(self, *, empty: bool = False) -> None:
        self._empty = empty

    def __getattr__(self, name: str) -> Any:
        if name in FLAGS:
            return not self._empty
        if name in NUMBERS:
            return 0 if self._empty else 7
        if name in RECORDS:
            return {} if self._empty else {"overview": True}
        if name == "events":
            return [] if self._empty else ["grants", "users"]
        if name in ENTRIES:
            return [] if self._empty else [ENTRIES[name]]
        if self._empty:
            return None
        if name.endswith("_at"):
            return MOMENT
        if name == "id" or (name.endswith(("_id", "_by")) and name not in ("request_id", "external_id", "key_id")):
            return UUID(int=len(name))
        return f"some {name}"


def schemas():
    """Every schema of a response in Umami's API."""
    found, new = [], OutSchema.__subclasses__()
    while new:
        found += new
        new = [child for schema in new for child in schema.__subclasses__()]
    return sorted({s for s in found if s.__module__.startswith("app.api.umami.schemas")}, key=lambda s: s.__name__)


def draws_itself(schema) -> bool:
    return schema.serialize.__func__ is not OutSchema.serialize.__func__


ROW, EMPTY = Row(), Row(empty=True)
USER = acting(UUID(int=1), "admin", "ada", created_at=MOMENT)
SHARE = SharedView(UUID(int=2), UUID(int=3), 1, {"overview": True})
ON_BOARD = [(EntityType.WEBSITE, UUID(int=4)), (EntityType.LINK, UUID(int=5)), (EntityType.PIXEL, UUID(int=6))]
SHARES = [SharedView(UUID(int=2), UUID(int=3), kind.value, {}, ON_BOARD) for kind in EntityType]
IDENTITY = SimpleNamespace(user=USER, teams=[ROW, EMPTY])
TEAM_VIEW = TeamView(UUID(int=4), "Team", "a code", "a logo", MOMENT, MOMENT, None, True, "hr-7", [ROW, EMPTY], 2, 3)
EMPTY_TEAM = TeamView(UUID(int=4), "Team", None, None, None, None, None, False, None, [], 0, 0)
SITE_VIEW = SimpleNamespace(website=ROW, team_owners=[ROW])
ACCESS_VIEW = SimpleNamespace(
    user=ROW,
    website=EMPTY,
    right="admin",
    granted=["a capability"],
    implied=[],
    reasons=[
        SimpleNamespace(source="team", right="admin", team=ROW, granted_by=None),
        SimpleNamespace(source="grant", right="view", team=None, granted_by=ROW),
    ],
)


def key_row(*, scopes: str | None) -> SimpleNamespace:
    """Return a key, with what a new one has besides."""
    until = None if scopes is None else MOMENT
    times = {"created_at": MOMENT, "last_used_at": until, "expires_at": until}
    return SimpleNamespace(id=UUID(int=5), name="a key", key_prefix="umami_", key="umami_1", scopes=scopes, **times)


REMARK = LineRemark(7, "users", "", "ada", Outcome.SKIPPED, "bad-line", "It is not valid.")
CHANGE = SimpleNamespace(action="update", kind="user", name="ada", fields={"role": (None, "admin")})
PLAN = SimpleNamespace(
    in_order=lambda: iter([CHANGE]), kept={"user": 2}, sources={("users", 0): {"env": "ADA"}}, fingerprint="a hash"
)
SOURCES: dict[type[OutSchema], list[Any]] = {
    access.AccessOut: [ACCESS_VIEW],
    access.AccessReason: ACCESS_VIEW.reasons,
    audit.AuditPage: [Page([ROW], 7)]
    + [SimpleNamespace(data=[ROW, EMPTY], next_cursor=cursor) for cursor in ("a cursor", None)],
    api_keys.KeyOut: [key_row(scopes="users:read admin"), key_row(scopes=None)],
    api_keys.KeyMade: [key_row(scopes="users:read admin"), key_row(scopes=None)],
    bulk.BulkDone: [Done([b"{}", b"{}"], 1)],
    auth.CurrentUser: [USER],
    auth.CurrentUserWithTeams: [IDENTITY],
    auth.LoggedIn: [SimpleNamespace(token="a token", identity=IDENTITY), HalfWay("a partial token")],
    auth.LoggedInUser: [IDENTITY],
    auth.LoginDone: [SimpleNamespace(token="a token", identity=IDENTITY)],
    auth.SignedOnUser: [USER],
    second_factor.BackupCodes: [["a code", "another"]],
    second_factor.FactorEnabled: [{"is_enabled": True}],
    second_factor.FactorReset: [{"user_id": UUID(int=1), "reset": Reset(1, 10, 1, 0)}],
    second_factor.GlobalRequirement: [{"required": True}],
    second_factor.TeamRequirement: [{"team_id": UUID(int=1), "two_factor_required": True}],
    second_factor.UserRequirement: [{"user_id": UUID(int=1), "two_factor_required": True}],
    auth.SignedOn: [(USER, "a token")],
    auth.Me: [(USER, "a token"), (guest(SHARE), None), (acting(UUID(int=1), share=SHARE), "a token")],
    auth.ServerConfig: [Config(), Config(favicon_url="f", links_url="l", pixels_url="p", tracker_script_name="t")],
    auth.Confirmed: [MOMENT],
    auth.SessionOut: [SimpleNamespace(session=ROW, current=True), SimpleNamespace(session=EMPTY, current=False)],
    invitations.InvitationMade: [(ROW, "a link")],
    shares.SharedViewOut: SHARES,
    shares.OpenedShare: [(view, "a token") for view in SHARES],
    teams.TeamWithMembers: [TEAM_VIEW, EMPTY_TEAM],
    teams.TeamFull: [TEAM_VIEW, EMPTY_TEAM],
    files.FileRows: [[{"kind": "user", "id": UUID(int=1), "created_at": MOMENT, "email": None}]],
    files.Imported: [(SimpleNamespace(written=True, refused=1, by_kind=dict), [REMARK])],
    state.PlannedChange: [CHANGE],
    state.PlanOut: [PLAN],
    state.AppliedOut: [together.Outcome([CHANGE]), together.Outcome([CHANGE], TeamIdTaken())],
    websites.AdminWebsite: [SITE_VIEW, SimpleNamespace(website=EMPTY, team_owners=[])],
}
"""Sources for the schemas that have a ``serialize`` of their own."""
DESCRIBED = {access.AccessCapabilities, lists.Envelope, websites.OwnersTeam}
"""Schemas that only describe a part of another one in the OpenAPI document."""


def assert_declared(schema: OutSchema, serialized: dict[str, Any]) -> None:
    """Check that the keys are the declared ones, in that order; only optional ones may be missing. Also inside."""
    declared = assert_keys(schema, serialized)
    assert list(serialized) == [key for key in declared if key in serialized]
    for key, value in serialized.items():
        field = declared[key]
        if isinstance(field, fields.Nested) and value is not None:
            for item in value if field.many else [value]:
                assert_keys(field.schema, item)


def assert_keys(schema: OutSchema, serialized: dict[str, Any]) -> dict[str, Any]:
    """Check that the keys are declared, and that only optional ones are missing. Return the fields by key."""
    declared = {field.data_key: field for field in schema.dump_fields.values()}
    assert set(serialized) <= set(declared)
    assert [key for key, field in declared.items() if field.required and key not in serialized] == []
    return declared


@pytest.mark.parametrize("row", [ROW, EMPTY], ids=["full", "empty"])
@pytest.mark.parametrize(
    "schema", [s for s in schemas() if not draws_itself(s) and s not in DESCRIBED], ids=lambda s: s.__name__
)
def test_what_is_drawn_is_what_marshmallow_dumps(schema, row):
    declared = {field.data_key: field for field in schema().dump_fields.values()}
    serialized, dumped = schema.serialize(row), schema().dump(row)
    left_out = {key for key, field in declared.items() if not field.required and dumped[key] in (None, False)}

    assert serialized == {key: value for key, value in dumped.items() if key not in left_out}
    assert list(dumped) == list(declared)
    assert list(serialized) == [key for key in declared if key not in left_out]


@pytest.mark.parametrize(
    ("schema", "source"),
    [pytest.param(schema, source, id=schema.__name__) for schema, sources in SOURCES.items() for source in sources],
)
def test_schemas_that_draw_themselves_draw_what_they_declare(schema, source):
    assert_declared(schema(), schema.serialize(source))


def test_no_schema_is_forgotten():
    assert {schema for schema in schemas() if draws_itself(schema)} == set(SOURCES)
    assert len(schemas()) > 20


@pytest.mark.parametrize("capped", [True, False])
def test_an_envelope_is_drawn_as_described(capped):
    asked = lists.Listing(page=2, size=7, max_results=50, search="a", sort=Sort("created_at", descending=True))

    serialized = lists.PageOf(auth.Ok).serialize(Page([ROW], 8, capped, next=Place("x", 8, [1])), asked)

    assert serialized.pop("data") == [{"ok": True}]
    assert list(serialized) == [field.data_key for field in lists.Envelope().dump_fields.values()]
    assert serialized["isCapped"] is capped
    assert Place.of(serialized["nextCursor"]) == Place("x", 8, [1])


def test_a_member_from_text_is_a_named_member():
    member = MemberAsText("m", "t", "u", "team-owner", "2026-11-21T16:42:01.599Z", None, "ada")

    assert list(teams.member_from_text(member).items()) == list(teams.NamedMember.serialize(member).items())
