"""Public links: to websites, and on a database of Umami's to its links, pixels and boards too."""

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
from app.domain.policy import Owned
from app.domain.shared_views import EntityType, SharedView
from app.models import Share
from app.queries import shares as queries
from app.queries import umami_shares as umami
from app.queries import websites as website_queries
from app.queries.shares import ShareOfWebsite, ShareRecord
from app.runtime import runtime
from app.security import tokens
from app.services import events
from app.services.acting import recheck
from app.services.authentication.shared_views import is_umamis_database, view_of_slug
from app.services.events import ShareCreated, ShareDeleted, ShareUpdated
from app.services.lookup import as_pasted

TAKEN = {"uq_share_slug": SlugTaken}


def open_share(visitor: Actor, slug: str) -> tuple[SharedView, str]:
    """
    Return what a public link shows, and a token for viewing it.

    :raises NotFound: there is no such link
    :raises Throttled: too many wrong links lately from this address
    """
    with runtime().throttles.share_slugs.guessing("", visitor.address, wrong=NotFound):
        view = as_pasted(slug, view_of_slug)
        if view is None:
            raise NotFound
    return view, runtime().share_tokens.sign(view.share_id)


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
    entity_id: UUID,
    *,
    name: str,
    parameters: dict[str, Any] | None = None,
    slug: str | None = None,
    share_type: int = EntityType.WEBSITE.value,
) -> Share:
    """
    Create a public link; without a slug it gets a random one of 16 characters.

    :raises UnsupportedShare: there are no entities of this type; without Umami, there are only websites
    :raises SlugTaken: another share has the slug
    :raises Throttled: too many slugs were tried lately
    :raises Denied, NotFound: see ``list_shares``; ``Denied`` also if the actor cannot change the website
    """
    is_website = share_type == EntityType.WEBSITE
    if not is_website and (share_type not in set(EntityType) or not is_umamis_database()):
        raise UnsupportedShare("share_type", EntityType.WEBSITE.value)
    slug = (slug or "").strip()
    if slug:
        _count_choice(actor)
    share = Share(
        entity_id=entity_id,
        share_type=share_type,
        name=name,
        slug=slug or tokens.new_code(),
        parameters=parameters or {},
    )
    with transaction(TAKEN) as session:
        recheck(actor)
        entity: Owned | None = (
            fetch_one(website_queries.select_website, website_id=entity_id, actor_id=actor.id)
            if is_website
            else fetch_one(umami.select_entity, entity_id=entity_id, entity_type=share_type, actor_id=actor.id)
        )
        if entity is None or not policy.can_change_website(actor, entity, Permission.WEBSITE_UPDATE):
            raise _hidden(actor)
        session.add(share)
        session.flush()
        events.record(session, ShareCreated(actor, entity_id, share.id, name))
    return share


def get_share(actor: Actor, share_id: UUID) -> ShareOfWebsite:
    """
    Return one link, for users who can see its website without a link.

    :raises Denied: the actor cannot, or there is no such link
    :raises NotFound: there is no such link, and the actor is an administrator
    """
    row = _find(actor, share_id)
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


def _find(actor: Actor, share_id: UUID) -> ShareOfWebsite | None:
    row = fetch_one(queries.select_share, share_id=share_id, actor_id=actor.id)
    if row is None and is_umamis_database():
        row = fetch_one(umami.select_share, share_id=share_id, actor_id=actor.id)
    return row


def _require(actor: Actor, share_id: UUID, permission: Permission) -> ShareOfWebsite:
    row = _find(actor, share_id)
    if row is None or not policy.can_change_website(actor, row, permission):
        raise _hidden(actor)
    return row


def _hidden(actor: Actor) -> Denied | NotFound:
    """Return ``NotFound`` for administrators; others must not learn whether the share or website exists."""
    return NotFound() if actor.is_admin else Denied()
