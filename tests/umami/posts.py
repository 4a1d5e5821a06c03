"""Valid bodies for each endpoint, for tests that spoil them. ``World`` explains the words with a colon."""

from hashlib import sha256
from typing import Any

from tests.umami.world import ACCESS_CODE, PASSWORD

NO_CHANGES = sha256(b"[]").hexdigest()
"""The fingerprint of a plan without changes."""
POSTS: dict[str, dict[str, Any]] = {
    "/api/auth/login": {"username": "user", "password": PASSWORD},
    "/api/auth/forgot-password": {"username": "user", "email": "user@example.com"},
    "/api/auth/confirm": {"password": PASSWORD},
    "/api/me/password": {"currentPassword": PASSWORD, "newPassword": "another horse"},
    "/api/me/api-keys": {"name": "Report", "scopes": ["users:read"], "expiresAt": "2100-01-01T00:00:00Z"},
    "/api/users/:outsider/api-keys": {"name": "Report", "scopes": ["admin"], "expiresAt": "2100-01-01T00:00:00Z"},
    "/api/admin/2fa/global": {"required": False},
    "/api/admin/teams/:team/2fa": {"required": True},
    "/api/admin/users/:outsider/2fa": {"required": True},
    "/api/admin/webhooks": {"url": "https://example.com/hook", "events": ["users", "team-created"]},
    "/api/admin/webhooks/:webhook": {"events": ["*"], "enabled": False},
    "/api/admin/import": {
        "base64": "e30K",
        "kind": "user",
        "encoding": "utf-8",
        "update": True,
        "dryRun": True,
        "allOrNothing": True,
    },
    "/api/admin/state/plan": {
        "content": "users: []",
        "name": "state.yaml",
        "prune": False,
        "setPasswords": True,
        "secrets": [{"env": "ADA", "value": PASSWORD}],
    },
    "/api/admin/state/apply": {"content": "users: []", "prune": False, "setPasswords": True, "fingerprint": NO_CHANGES},
    "/api/users": {"username": "newcomer", "password": PASSWORD, "role": "user", "id": ":unknown"},
    "/api/users/:outsider": {"username": "renamed", "password": PASSWORD, "role": "user", "currentPassword": PASSWORD},
    "/api/bulk": {"operations": [{"operation": "createTeam", "data": {"name": "Other"}}], "atomic": True},
    "/api/teams": {"name": "Other", "ownerId": ":self"},
    "/api/teams/join": {"accessCode": ACCESS_CODE},
    "/api/teams/:team": {"name": "Renamed", "accessCode": "renamed-code"},
    "/api/teams/:team/users": {"userId": ":outsider", "role": "team-member"},
    "/api/teams/:team/users/:colleague": {"role": "team-view-only"},
    "/api/teams/:team/websites": {"name": "Site", "domain": "site.example", "shareId": "new-slug", "id": ":unknown"},
    "/api/websites": {
        "name": "Site",
        "domain": "site.example",
        "shareId": "new-slug",
        "teamId": ":team",
        "id": ":unknown",
    },
    "/api/websites/:site": {
        "name": "Renamed",
        "domain": "renamed.example",
        "shareId": "new-slug",
        "replayEnabled": True,
        "recorderEnabled": True,
        "replayConfig": {"sampleRate": 0.5, "maskLevel": "strict", "maxDuration": 60, "blockSelector": "x"},
    },
    "/api/websites/:site/shares": {"name": "Link", "parameters": {}},
    "/api/websites/:site/transfer": {"userId": ":self", "teamId": ":team"},
    "/api/invitations": {
        "username": "newcomer",
        "email": "newcomer@example.org",
        "role": "user",
        "teams": [{"teamId": ":team", "role": "team-member"}],
        "grants": [{"websiteId": ":site", "role": "view"}],
        "days": 3,
    },
    "/api/invitations/:invitation/resend": {"days": 3},
    "/api/share": {"entityId": ":site", "shareType": 1, "name": "Link", "slug": "new-slug", "parameters": {}},
    "/api/share/id/:share": {"name": "Link", "slug": "new-slug", "parameters": {}},
}
BODILESS = {
    "/api/2fa/setup/cancel",
    "/api/2fa/setup/initiate",
    "/api/auth/logout",
    "/api/auth/sso",
    "/api/auth/verify",
    "/api/users/:outsider/disable",
    "/api/users/:outsider/reset-link",
    "/api/users/:outsider/enable",
    "/api/users/:deleted/restore",
    "/api/websites/:site/reset",
    "/api/admin/webhooks/:webhook/secret",
    "/api/admin/webhooks/:webhook/test",
    "/api/admin/webhooks/:webhook/deliveries/:delivery/redeliver",
}
"""Endpoints that ignore their body."""
WITH_CODES = {"/api/2fa/disable", "/api/2fa/setup/confirm", "/api/2fa/verify"}
"""Endpoints that need a currently valid code; ``test_second_factor.py`` has their bodies."""
NEEDS_NO_BODY = {"/api/invitations/:invitation/resend"}
"""Endpoints that accept a body, but do not need one."""


def caller_of(path: str) -> str:
    """Return a caller who may call the endpoint: an administrator, except that only team owners transfer websites."""
    return "team-owner" if path.endswith("/transfer") else "admin"
