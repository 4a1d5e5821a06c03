"""Expected response bodies, built key by key from database rows."""

import json
from datetime import datetime
from typing import Any

from app.models import Membership, Share, Team, User, Website
from tests.umami.reasons import with_reason


def pretty(body: Any) -> str:
    """Return a body as text, for comparisons that include the order of keys."""
    return json.dumps(body, indent=1)


def iso(moment: datetime | None) -> str | None:
    """Return a time as responses contain it: UTC, milliseconds, ``Z``."""
    if moment is None:
        return None
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def text(identity: Any) -> str | None:
    return None if identity is None else str(identity)


def user_body(user: User, *, admin: bool = False, login: bool = False) -> dict[str, Any]:
    who = {"id": str(user.id), "username": user.username, "role": user.role, "createdAt": iso(user.created_at)}
    return {**who, **({} if login else {"twoFactorRequired": False}), "isAdmin": admin}


def team_body(team: Team, *, access_code: bool = True) -> dict[str, Any]:
    return {
        "id": str(team.id),
        "name": team.name,
        "accessCode": team.access_code if access_code else None,
        "logoUrl": team.logo_url,
        "createdAt": iso(team.created_at),
        "updatedAt": iso(team.updated_at),
        "deletedAt": None,
        "twoFactorRequired": False,
    }


def membership_body(membership: Membership) -> dict[str, Any]:
    return {
        "id": str(membership.id),
        "teamId": str(membership.team_id),
        "userId": str(membership.user_id),
        "role": membership.role,
        "createdAt": iso(membership.created_at),
        "updatedAt": iso(membership.updated_at),
    }


def bare_website_body(website: Website) -> dict[str, Any]:
    return {
        "id": str(website.id),
        "name": website.name,
        "domain": website.domain,
        "resetAt": iso(website.reset_at),
        "userId": text(website.user_id),
        "teamId": text(website.team_id),
        "createdBy": text(website.created_by),
        "createdAt": iso(website.created_at),
        "updatedAt": iso(website.updated_at),
        "deletedAt": None,
        "replayEnabled": website.replay_enabled,
        "replayConfig": website.replay_config,
        "recorderEnabled": website.replay_enabled,
    }


def website_body(website: Website, slug: str | None = None, **joined: Any) -> dict[str, Any]:
    return {**bare_website_body(website), **joined, "shareId": slug}


def share_body(share: Share) -> dict[str, Any]:
    return {
        "id": str(share.id),
        "entityId": str(share.entity_id),
        "name": share.name,
        "shareType": share.share_type,
        "slug": share.slug,
        "parameters": share.parameters,
        "createdAt": iso(share.created_at),
        "updatedAt": iso(share.updated_at),
    }


def page_body(*items: Any, count: int | None = None, page: int = 1, size: int = 20, **others: Any) -> dict[str, Any]:
    """Return a page of a list; ``others`` follow in the given order."""
    total = len(items) if count is None else count
    return {"data": list(items), "count": total, "page": page, "pageSize": size, **others}


def refusal(status: int, message: str, code: str, **extra: Any) -> dict[str, Any]:
    return {"error": {"message": message, "code": code, "status": status, **with_reason(message, status, extra)}}


BAD_REQUEST = refusal(400, "Bad request", "bad-request")
UNAUTHORIZED = refusal(401, "Unauthorized", "unauthorized")
NOT_FOUND = refusal(404, "Not found", "not-found")
OK = {"ok": True}


def bad_request(message: str) -> dict[str, Any]:
    return refusal(400, message, "bad-request")


def bad_fields(**fields: str) -> dict[str, Any]:
    """Return the validator's error for fields that each break one rule."""
    tree = {name: {"errors": [message]} for name, message in fields.items()}
    return refusal(400, "Bad request", "bad-request", errors=[], properties=tree)


def bad_root(message: str) -> dict[str, Any]:
    return refusal(400, "Bad request", "bad-request", errors=[message])
