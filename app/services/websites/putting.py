"""Websites, created or brought to a certain state."""

from typing import Any
from uuid import UUID

from app.db.reads import fetch_one
from app.db.session import retried, transaction
from app.domain import policy
from app.domain.actor import Actor
from app.domain.permissions import Permission
from app.models import Website
from app.queries import websites as queries
from app.queries.websites import WebsiteRecord
from app.services.acting import recheck
from app.services.preconditions import Expected, require_expected
from app.services.putting import Put, put
from app.services.websites import moving, websites
from app.services.websites.websites import CONFLICTS


def put_website(
    actor: Actor,
    website_id: UUID,
    *,
    name: str,
    domain: str,
    external_id: str | None = None,
    user_id: UUID | None = None,
    team_id: UUID | None = None,
    expected: Expected | None = None,
) -> Put[WebsiteRecord]:
    """
    Create a website with these values, or give them to the website. Nothing is written if it has them already.

    :param external_id: None removes it
    :param user_id, team_id: the owner; with neither, the actor if the website is created, and else the present one
    :raises Denied: the actor cannot see or change the website, or not transfer it; administrators can transfer all
    :raises Invalid, Conflict: see ``websites.create_website`` and ``websites.update_website``
    """
    wanted: dict[str, Any] = {"name": name, "domain": domain, "external_id": external_id}
    owner = {"user_id": user_id, "team_id": team_id}
    transfer = moving.move_website if actor.is_admin else websites.transfer_website

    def find() -> WebsiteRecord | None:
        row = fetch_one(queries.select_website, website_id=website_id, actor_id=actor.id)
        policy.require(row is None or policy.can_see_website(actor, row))
        return row

    def create() -> WebsiteRecord:
        return websites.create_website(actor, id=website_id, owner_id=user_id, team_id=team_id, **wanted)

    def differs(found: WebsiteRecord) -> dict[str, Any]:
        return {field: value for field, value in wanted.items() if getattr(found, field) != value}

    def moves(found: WebsiteRecord) -> bool:
        given = any(value is not None for value in owner.values())
        return given and any(getattr(found, field) != value for field, value in owner.items())

    @retried
    def change(found: WebsiteRecord) -> WebsiteRecord:
        policy.require(policy.can_change_website(actor, found, Permission.WEBSITE_UPDATE))
        if not differs(found) and not moves(found):
            require_expected(expected, lambda: found)
            return found
        with transaction(CONFLICTS) as session:
            recheck(actor)
            session.get(Website, website_id, with_for_update={"key_share": True})
            found = websites.require_change(actor, website_id, Permission.WEBSITE_UPDATE)
            require_expected(expected, lambda: found)
            if changes := differs(found):
                websites.update_website(actor, website_id, **changes)
            if moves(found):
                transfer(actor, website_id, **owner)
                session.flush()
            return websites.as_stored(actor, website_id)

    return put(find, create, change, expected)
