"""Public links to websites."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete

from app.db.reads import fetch_one, fetch_window
from app.db.session import retried, transaction
from app.domain import policy
from app.domain.actor import Actor
from app.domain.errors import Denied, NotFound, SlugTaken, UnsupportedShare
from app.domain.pagination import Page, Window
from app.domain.permissions import Permission
from app.models import WEBSITE_SHARE, Share
from app.queries import shares as queries
from app.queries import websites as website_queries
from app.queries.shares import ShareOfWebsite, ShareRecord
from app.runtime import runtime
from app.security import tokens
from app.services import events
from app.services.acting import recheck
from app.services.events import ShareCreated, ShareDeleted, ShareUpdated
from app.services.lookup import as_pasted

TAKEN = {"uq_share_slug": SlugTaken}


def open_share(visitor: Actor, slug: str) -> tuple[ShareRecord, str]:
    """
    Return the share that a public link opens, and a token for reading it.

    :raises NotFound: there is no such link
    :raises Throttled: too many wrong links lately from this address
    """
    with runtime().throttles.share_slugs.guessing("", visitor.address, wrong=NotFound):
        row = as_pasted(slug, lambda given: fetch_one(queries.select_share_by_slug, slug=given))
        if row is None:
            raise NotFound
    return row, runtime().share_tokens.sign(row.id)


def list_shares(actor: Actor, website_id: UUID, window: Window) -> Page[ShareRecord]:
    """
    List a website's links, newest first. Visitors who came through a link see only that one.

    :raises Denied: the actor cannot see the website, or there is no such website
    :raises NotFound: there is no such website, and the actor is an administrator
    """
    website = fetch_one(website_queries.select_website, website_id=website_id, actor_id=actor.id)
    if website is None or not policy.can_see_website(actor, website):
        raise _hidden(actor)
    only = None if policy.can_manage_shares_of(actor, website) or actor.share is None else actor.share.share_id
    statement = queries.select_shares(capped=window.cap is not None, one=only is not None)
    values: dict[str, Any] = {"share_id": only} if only else {}
    return fetch_window(statement, window, website_id=website_id, **values)


@retried
def create_share(
    actor: Actor,
    website_id: UUID,
    *,
    name: str,
    parameters: dict[str, Any] | None = None,
    slug: str | None = None,
    share_type: int = WEBSITE_SHARE,
) -> Share:
    """
    Create a public link; without a slug it gets a random one of 16 characters.

    :raises UnsupportedShare: the share is not of a website; Frontdesk does not store links, pixels and boards
    :raises SlugTaken: another share has the slug
    :raises Throttled: too many slugs were tried lately
    :raises Denied, NotFound: see ``list_shares``; ``Denied`` also if the actor cannot change the website
    """
    if share_type != WEBSITE_SHARE:
        raise UnsupportedShare("share_type", WEBSITE_SHARE)
    slug = (slug or "").strip()
    if slug:
        _count_choice(actor)
    share = Share(entity_id=website_id, name=name, slug=slug or tokens.new_code(), parameters=parameters or {})
    with transaction(TAKEN) as session:
        recheck(actor)
        website = fetch_one(website_queries.select_website, website_id=website_id, actor_id=actor.id)
        if website is None or not policy.can_change_website(actor, website, Permission.WEBSITE_UPDATE):
            raise _hidden(actor)
        session.add(share)
        session.flush()
        events.record(session, ShareCreated(actor, website_id, share.id, name))
    return share


def get_share(actor: Actor, share_id: UUID) -> ShareOfWebsite:
    """
    Return one link, for users who can see its website without a link.

    :raises Denied: the actor cannot, or there is no such link
    :raises NotFound: there is no such link, and the actor is an administrator
    """
    row = fetch_one(queries.select_share, share_id=share_id, actor_id=actor.id)
    if row is None or not policy.can_manage_shares_of(actor, row):
        raise _hidden(actor)
    return row


@retried
def update_share(actor: Actor, share_id: UUID, *, name: str, slug: str, parameters: dict[str, Any]) -> Share:
    """
    Change a link.

    :raises SlugTaken: another share has the slug
    :raises Throttled: too many slugs were tried lately
    :raises Denied, NotFound: see ``get_share``; ``Denied`` also if the actor cannot change the website
    """
    if _require(actor, share_id, Permission.WEBSITE_UPDATE).slug != slug:
        _count_choice(actor)
        slug = slug.strip()
    with transaction(TAKEN) as session:
        recheck(actor)
        _require(actor, share_id, Permission.WEBSITE_UPDATE)
        share = session.get(Share, share_id, with_for_update={"key_share": True})
        if share is None:
            raise _hidden(actor)
        old = {"name": share.name, "parameters": share.parameters}
        changes = events.changes(old, {"name": name, "parameters": parameters})
        changed = ShareUpdated(actor, share.entity_id, share_id, name, changes, share.slug != slug)
        events.record(session, changed)
        share.name, share.slug, share.parameters = name, slug, parameters
    return share


@retried
def delete_share(actor: Actor, share_id: UUID) -> None:
    """
    Delete a link; tokens that were issued for it no longer work.

    :raises Denied, NotFound: see ``get_share``; ``Denied`` also if the actor cannot delete the website's links
    """
    with transaction() as session:
        recheck(actor)
        row = _require(actor, share_id, Permission.WEBSITE_DELETE)
        session.execute(delete(Share).where(Share.id == share_id))
        events.record(session, ShareDeleted(actor, row.website_id, share_id, row.name))


def _count_choice(actor: Actor) -> None:
    """Count a slug that a user chooses as a guess: learning that it is taken would let them open the other website."""
    if actor.id is not None:
        throttle = runtime().throttles.share_slugs
        throttle.check("", actor.address)
        throttle.count("", actor.address)


def _require(actor: Actor, share_id: UUID, permission: Permission) -> ShareOfWebsite:
    row = fetch_one(queries.select_share, share_id=share_id, actor_id=actor.id)
    if row is None or not policy.can_change_website(actor, row, permission):
        raise _hidden(actor)
    return row


def _hidden(actor: Actor) -> Denied | NotFound:
    """Return ``NotFound`` for administrators; others must not learn whether the share or website exists."""
    return NotFound() if actor.is_admin else Denied()
