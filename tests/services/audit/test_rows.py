"""What the audit log says of each event."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import orjson
import pytest

from app.domain.actor import Account, Actor, Credential, CredentialKind, Origin
from app.services import events
from app.services.audit.rows import action_of, row_of
from app.services.events import Event

ACTOR = Actor(
    Account(uuid4(), "root", "admin"),
    Credential(CredentialKind.ACCESS_TOKEN, uuid4()),
    Origin("umami", "192.0.2.1", "request-1"),
)
BY_ROOT = {
    "actor_id": ACTOR.id,
    "actor_name": "root",
    "credential_kind": "access-token",
    "credential_id": ACTOR.credential.id,
    "protocol": "umami",
    "address": "192.0.2.1",
    "request_id": "request-1",
}
ID, OTHER = uuid4(), uuid4()
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
NOW_TEXT = "2026-01-02T03:04:05Z"
TOLD = [
    (events.UserCreated(ACTOR, ID, "ada", "user"), ("user", ID, "ada"), None, {"role": "user"}),
    (
        events.UserUpdated(ACTOR, ID, "ada", {"display_name": (None, "Ada")}),
        ("user", ID, "ada"),
        {"displayName": None},
        {"displayName": "Ada"},
    ),
    (events.RoleChanged(ACTOR, ID, "ada", "user", "admin"), ("user", ID, "ada"), {"role": "user"}, {"role": "admin"}),
    (
        events.EmailChanged(ACTOR, ID, "ada", None, "a@example.com", False),
        ("user", ID, "ada"),
        {"email": None},
        {"email": "a@example.com", "pending": False},
    ),
    (
        events.PasswordChanged(ACTOR, ID, "ada", "a@example.com", "admin"),
        ("user", ID, "ada"),
        None,
        {"email": "a@example.com", "by": "admin"},
    ),
    (events.UserDeleted(ACTOR, ID, "ada", OTHER), ("user", ID, "ada"), {"heirId": str(OTHER)}, None),
    (events.PasswordResetRequested(ACTOR, "hunter2"), ("server", None, ""), None, None),
    (events.PasswordResetLinkCreated(ACTOR, ID, "ada"), ("user", ID, "ada"), None, None),
    (
        events.PreferenceChanged(ACTOR, ID, "ada", "colour", "red"),
        ("user", ID, "ada"),
        None,
        {"name": "colour", "value": "red"},
    ),
    (events.UserDisabled(ACTOR, ID, "ada"), ("user", ID, "ada"), None, None),
    (events.UserEnabled(ACTOR, ID, "ada"), ("user", ID, "ada"), None, None),
    (events.UserRestored(ACTOR, ID, "ada", (OTHER,)), ("user", ID, "ada"), None, {"websiteIds": [str(OTHER)]}),
    (events.UserPurged(ACTOR, ID, "ada"), ("user", ID, "ada"), None, None),
    (events.PasswordChangeRequired(ACTOR, ID, "ada", True), ("user", ID, "ada"), None, {"required": True}),
    (events.SessionOpened(ACTOR, ID, OTHER), ("user", ID, ""), None, {"sessionId": str(OTHER)}),
    (events.SessionsRevoked(ACTOR, ID, (OTHER,)), ("user", ID, ""), {"ids": [str(OTHER)]}, None),
    (
        events.AccessTokenCreated(ACTOR, ID, OTHER, "Reports", NOW),
        ("user", ID, ""),
        None,
        {"tokenId": str(OTHER), "description": "Reports", "expiresAt": NOW_TEXT},
    ),
    (events.AccessTokensRevoked(ACTOR, ID, (OTHER,)), ("user", ID, ""), {"ids": [str(OTHER)]}, None),
    (
        events.ApiKeyCreated(ACTOR, ID, OTHER, "Report", "users:read", None),
        ("user", ID, ""),
        None,
        {"keyId": str(OTHER), "name": "Report", "scopes": "users:read", "expiresAt": None},
    ),
    (events.ApiKeysRevoked(ACTOR, ID, (OTHER,)), ("user", ID, ""), {"ids": [str(OTHER)]}, None),
    (events.SecondFactorEnabled(ACTOR, ID, "ada"), ("user", ID, "ada"), None, None),
    (events.SecondFactorDisabled(ACTOR, ID, "ada"), ("user", ID, "ada"), None, None),
    (events.SecondFactorReset(ACTOR, ID, "ada"), ("user", ID, "ada"), None, None),
    (events.SecondFactorLocked(ACTOR, ID, "ada"), ("user", ID, "ada"), None, None),
    (events.BackupCodeUsed(ACTOR, ID, "ada"), ("user", ID, "ada"), None, None),
    (
        events.SecondFactorRequirementChanged(ACTOR, None, None, True),
        ("server", None, ""),
        None,
        {"userId": None, "teamId": None, "required": True},
    ),
    (events.TeamCreated(ACTOR, ID, "Blue", OTHER), ("team", ID, "Blue"), None, {"ownerId": str(OTHER)}),
    (
        events.TeamUpdated(ACTOR, ID, {"name": ("Blue", "Red")}, True),
        ("team", ID, ""),
        {"name": "Blue"},
        {"name": "Red", "newAccessCode": True},
    ),
    (events.TeamDeleted(ACTOR, ID, "Blue", None), ("team", ID, "Blue"), {"heirId": None}, None),
    (
        events.MembershipAdded(ACTOR, ID, OTHER, "team-member"),
        ("team", ID, ""),
        None,
        {"userId": str(OTHER), "role": "team-member"},
    ),
    (
        events.MembershipChanged(ACTOR, ID, OTHER, "team-member", "team-owner"),
        ("team", ID, ""),
        {"role": "team-member"},
        {"userId": str(OTHER), "role": "team-owner"},
    ),
    (
        events.MembershipRemoved(ACTOR, ID, OTHER, "team-member"),
        ("team", ID, ""),
        {"userId": str(OTHER), "role": "team-member"},
        None,
    ),
    (
        events.WebsiteCreated(ACTOR, ID, "Site", OTHER, None),
        ("website", ID, "Site"),
        None,
        {"userId": str(OTHER), "teamId": None},
    ),
    (
        events.WebsiteUpdated(ACTOR, ID, "Site", {"domain": ("a.example", "b.example")}),
        ("website", ID, "Site"),
        {"domain": "a.example"},
        {"domain": "b.example"},
    ),
    (events.WebsiteDeleted(ACTOR, ID, "Site"), ("website", ID, "Site"), None, None),
    (events.WebsiteReset(ACTOR, ID, "Site"), ("website", ID, "Site"), None, None),
    (
        events.WebsiteTransferred(ACTOR, ID, "Site", ID, None, None, OTHER),
        ("website", ID, "Site"),
        {"userId": str(ID), "teamId": None},
        {"userId": None, "teamId": str(OTHER)},
    ),
    (
        events.ShareCreated(ACTOR, OTHER, ID, "Link"),
        ("share", ID, "Link"),
        None,
        {"websiteId": str(OTHER)},
    ),
    (
        events.ShareUpdated(ACTOR, OTHER, ID, "Link", {"name": ("Old", "Link")}, True),
        ("share", ID, "Link"),
        {"name": "Old"},
        {"websiteId": str(OTHER), "name": "Link", "newSlug": True},
    ),
    (events.ShareDeleted(ACTOR, OTHER, ID, "Link"), ("share", ID, "Link"), {"websiteId": str(OTHER)}, None),
    (
        events.GrantsChanged(ACTOR, ID, [OTHER], [events.OldGrant(OTHER, "admin", ["x"])], "view", None),
        ("user", ID, ""),
        {"grants": [{"websiteId": str(OTHER), "role": "admin", "capabilities": ["x"]}]},
        {"websiteIds": [str(OTHER)], "role": "view", "capabilities": None},
    ),
    (
        events.CapabilitiesChanged(ACTOR, ID, [OTHER], frozenset({"tagmanager"}), ()),
        ("user", ID, ""),
        None,
        {"websiteIds": [str(OTHER)], "added": ["tagmanager"], "removed": []},
    ),
    (
        events.InvitationCreated(ACTOR, ID, OTHER, "ada", None, "user"),
        ("invitation", ID, "ada"),
        None,
        {"userId": str(OTHER), "email": None, "role": "user"},
    ),
    (
        events.InvitationResent(ACTOR, ID, OTHER, "ada", "a@example.com"),
        ("invitation", ID, "ada"),
        None,
        {"userId": str(OTHER), "email": "a@example.com"},
    ),
    (events.InvitationLinkCreated(ACTOR, ID, OTHER, "ada"), ("invitation", ID, "ada"), None, {"userId": str(OTHER)}),
    (
        events.InvitationAccepted(ACTOR, ID, OTHER, "ada", None),
        ("invitation", ID, "ada"),
        None,
        {"userId": str(OTHER), "inviterEmail": None},
    ),
    (
        events.InvitationDeclined(ACTOR, ID, OTHER, "ada", None),
        ("invitation", ID, "ada"),
        None,
        {"userId": str(OTHER), "inviterEmail": None},
    ),
    (events.InvitationRevoked(ACTOR, ID, OTHER, "ada"), ("invitation", ID, "ada"), {"userId": str(OTHER)}, None),
    (events.MailRetried(ACTOR, ID), ("mail", ID, ""), None, None),
    (
        events.WebhookCreated(ACTOR, ID, "example.com", ["users"]),
        ("webhook", ID, "example.com"),
        None,
        {"types": ["users"]},
    ),
    (
        events.WebhookUpdated(ACTOR, ID, "example.com", {"enabled": (True, False)}),
        ("webhook", ID, "example.com"),
        {"enabled": True},
        {"enabled": False},
    ),
    (events.WebhookSecretRotated(ACTOR, ID, "example.com"), ("webhook", ID, "example.com"), None, None),
    (events.WebhookDeleted(ACTOR, ID, "example.com"), ("webhook", ID, "example.com"), None, None),
    (
        events.WebhookGivenUp(ACTOR, ID, "example.com", NOW, "status 500"),
        ("webhook", ID, "example.com"),
        None,
        {"failingSince": NOW_TEXT, "error": "status 500"},
    ),
    (
        events.WebhookTested(ACTOR, ID, "example.com", OTHER),
        ("webhook", ID, "example.com"),
        None,
        {"deliveryId": str(OTHER)},
    ),
    (
        events.WebhookRedelivered(ACTOR, ID, "example.com", OTHER),
        ("webhook", ID, "example.com"),
        None,
        {"deliveryId": str(OTHER)},
    ),
    (events.LoginFailed(ACTOR, ID, "ada"), ("user", ID, "ada"), None, None),
    (events.PasswordConfirmed(ACTOR, ID, "ada"), ("user", ID, "ada"), None, None),
    (events.ConfirmationFailed(ACTOR, ID, "ada"), ("user", ID, "ada"), None, None),
    (events.SecondFactorFailed(ACTOR, ID, "ada"), ("user", ID, "ada"), None, None),
    (events.PermissionDenied(ACTOR, "GET /api/users"), ("call", None, "GET /api/users"), None, None),
    (events.AuditPruned(ACTOR, 7), ("server", None, ""), None, {"lastNumber": 7}),
]
"""Each event, and its target, and its values before and after."""


def kinds():
    """Return the classes of events, without base classes."""
    found = {kind for kind in vars(events).values() if isinstance(kind, type) and issubclass(kind, Event)}
    return found - {base for kind in found for base in kind.__mro__[1:]}


def test_every_event_is_told_here():
    assert {type(event) for event, *_ in TOLD} == kinds()


@pytest.mark.parametrize(("event", "target", "before", "after"), TOLD, ids=lambda value: type(value).__name__)
def test_a_row_has_who_what_and_from_where(event, target, before, after):
    row = row_of(event)

    assert row.items() >= BY_ROOT.items()
    assert row["action"] == action_of(type(event))
    assert (row["target_kind"], row["target_id"], row["target_name"]) == target
    assert [text and orjson.loads(text) for text in (row["before"], row["after"])] == [before, after]


@pytest.mark.parametrize(
    ("user_id", "team_id", "target"),
    [(ID, None, ("user", ID)), (None, ID, ("team", ID)), (None, None, ("server", None))],
)
def test_a_second_factor_is_required_of_a_user_a_team_or_everyone(user_id, team_id, target):
    row = row_of(events.SecondFactorRequirementChanged(ACTOR, user_id, team_id, True))

    assert (row["target_kind"], row["target_id"]) == target


def test_actions_are_named_after_events():
    assert action_of(events.UserCreated) == "user-created"
    assert action_of(events.PasswordResetLinkCreated) == "password-reset-link-created"


def test_no_action_is_longer_than_its_column():
    assert max(len(action_of(kind)) for kind in kinds()) <= 64


def test_long_names_and_addresses_are_cut_to_fit():
    actor = replace(ACTOR, origin=Origin("umami", "x" * 500), user=Account(uuid4(), "a" * 300, "user"))

    row = row_of(events.TeamCreated(actor, ID, "t" * 900, OTHER))

    assert [len(row[name]) for name in ("address", "actor_name", "target_name")] == [64, 255, 500]
