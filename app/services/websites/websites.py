"""Websites: creating, reading, changing, transferring, deleting."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import delete

from app.db.reads import fetch_all, fetch_one, fetch_page
from app.db.session import Unit, retried, transaction
from app.domain import policy
from app.domain.actor import Actor
from app.domain.errors import Conflict, Denied, ExternalIdTaken, NoNewOwner, NotFound, UnknownReference, WebsiteIdTaken
from app.domain.filters import NO_FILTERS, Filters
from app.domain.names import check_external_id, check_new_name
from app.domain.pagination import Page, Sort, Window
from app.domain.permissions import Permission
from app.models import Share, Website, WebsiteNumber, utcnow
from app.queries import memberships as member_queries
from app.queries import users as user_queries
from app.queries import websites as queries
from app.queries.memberships import MemberAsText
from app.queries.websites import WebsiteListed, WebsiteOfAnyone, WebsiteOfTeam, WebsiteOfUser, WebsiteRecord
from app.services import events
from app.services.acting import recheck
from app.services.events import (
    ShareCreated,
    ShareDeleted,
    WebsiteCreated,
    WebsiteDeleted,
    WebsiteReset,
    WebsiteTransferred,
    WebsiteUpdated,
)
from app.services.lookup import parsed_id, require_not_anonymous, the_only_one
from app.services.preconditions import Expected, require_expected
from app.services.teams.rosters import group_by_team
from app.services.teams.teams import require_team
from app.services.websites.shares import TAKEN

BY_NAME = Sort("name")
NEWEST_FIRST = Sort("created_at", descending=True)
FIRST_SHARE = {"overview": True, "events": True}
CONFLICTS: dict[str, Conflict | type[Conflict]] = {
    "pk_website": WebsiteIdTaken,
    "uq_website_external_id": ExternalIdTaken("website"),
    **TAKEN,
}


@dataclass(frozen=True, slots=True)
class WebsiteView:
    """A website with its owner or team, and the owners of that team."""

    website: WebsiteOfAnyone
    team_owners: Sequence[MemberAsText]


def get_website(actor: Actor, website_id: UUID) -> WebsiteRecord:
    """
    Return one website, with the slug of its newest public link.

    Visitors who came through a link see only the slug of that link.

    :raises Denied: the actor cannot see the website, or there is no such website
    :raises NotFound: there is no such website, and the actor is an administrator
    """
    row = fetch_one(queries.select_website, website_id=website_id, actor_id=actor.id)
    if row is None or not policy.can_see_website(actor, row):
        raise _hidden(actor)
    if policy.can_manage_shares_of(actor, row):
        return row
    share = actor.share
    return row._replace(share_slug=share.slug if share is not None and share.entity_id == row.id else None)


def find_website(actor: Actor, text: str) -> WebsiteRecord:
    """
    Return the website with this id, domain or name, for administrators.

    :raises UnknownName: there is none
    :raises AmbiguousName: several websites have the name
    """
    policy.require(policy.can_administer(actor))
    found = fetch_all(queries.select_websites_called, website_id=parsed_id(text), name=text, actor_id=actor.id)
    return the_only_one(found, "website")


def require_change(actor: Actor, website_id: UUID, permission: Permission) -> WebsiteRecord:
    """
    Return the website, if the actor has this permission on it.

    :raises Denied: the actor has not, or there is no such website
    :raises NotFound: there is no such website, and the actor is an administrator
    """
    row = fetch_one(queries.select_website, website_id=website_id, actor_id=actor.id)
    if row is None or not policy.can_change_website(actor, row, permission):
        raise _hidden(actor)
    return row


def _hidden(actor: Actor) -> Denied | NotFound:
    """Return ``NotFound`` for administrators; others must not learn whether the website exists."""
    return NotFound() if actor.is_admin else Denied()


@retried
def create_website(
    actor: Actor,
    *,
    name: str,
    domain: str | None,
    share_id: str | None = None,
    team_id: UUID | None = None,
    owner_id: UUID | None = None,
    id: UUID | None = None,
    external_id: str | None = None,
) -> WebsiteRecord:
    """
    Create a website, owned by the actor or a team.

    :param share_id: the slug of a first public link
    :param owner_id: the owner, if not the actor; only administrators can name another user
    :param id: a new id by default
    :param external_id: what another system calls the website
    :raises InvisibleCharacters: the name has some
    :raises Denied: the actor cannot create this website
    :raises UnknownReference: there is no such team or owner
    :raises WebsiteIdTaken, SlugTaken, ExternalIdTaken: one of these is taken; then nothing is created
    """
    check_new_name(name)
    if external_id is not None:
        check_external_id(external_id)
    website = Website(name=name, domain=domain, team_id=team_id, created_by=actor.id, external_id=external_id)
    if id is not None:
        website.id = id
    with transaction(CONFLICTS) as session:
        recheck(actor)
        _may_create(actor, team_id, owner_id)
        if team_id is None:
            website.user_id = owner_id or actor.user_id
        session.add(website)
        session.flush()
        session.add(WebsiteNumber(website_id=website.id))
        slug = (share_id or "").strip()
        if slug:
            session.add(Share(entity_id=website.id, name=name, slug=slug, parameters=FIRST_SHARE))
        events.record(session, WebsiteCreated(actor, website.id, name, website.user_id, team_id))
        session.flush()
        return as_stored(actor, website.id)


def _may_create(actor: Actor, team_id: UUID | None, owner_id: UUID | None) -> None:
    policy.require(owner_id is None or actor.is_user(owner_id) or policy.can_administer(actor))
    row = fetch_one(member_queries.select_role, team_id=team_id, actor_id=actor.id) if team_id else None
    policy.require(policy.can_create_website(actor, team_id, row.role if row else None))
    if team_id is not None and row is None:
        raise UnknownReference("team_id", "team")
    require_not_anonymous(owner_id)
    if owner_id is not None and not fetch_one(user_queries.select_user, user_id=owner_id):
        raise UnknownReference("owner_id", "user")


def as_stored(actor: Actor, website_id: UUID) -> WebsiteRecord:
    """Return the website as this transaction has stored it, also if the actor has just given it away."""
    row = fetch_one(queries.select_website, website_id=website_id, actor_id=actor.id)
    if row is None:
        raise NotFound
    return row


@retried
def update_website(
    actor: Actor, website_id: UUID, *, expected: Expected | None = None, **changes: Any
) -> WebsiteRecord:
    """
    Change the given values: ``name``, ``domain``, ``external_id``, ``replay_enabled``, ``replay_config``
    and ``share_id``.

    ``share_id`` adds a public link with that slug; None deletes all links, and an empty text changes nothing.

    :param expected: whether the website still is as the caller expects it, as ``get_website`` returns it
    :raises PreconditionFailed: it is not
    :raises InvisibleCharacters: the new name has some
    :raises SlugTaken: a link has the slug already, perhaps one of this website
    :raises ExternalIdTaken: another website has the external id
    :raises Denied, NotFound: see ``require_change``
    """
    links = "share_id" in changes
    slug = changes.pop("share_id", None)
    slug = slug and slug.strip()
    if changes.get("external_id") is not None:
        check_external_id(changes["external_id"])
    with transaction(CONFLICTS) as session:
        recheck(actor)
        require_change(actor, website_id, Permission.WEBSITE_UPDATE)
        website = session.get(Website, website_id, with_for_update={"key_share": True})
        if website is None:
            raise _hidden(actor)
        require_expected(expected, lambda: as_stored(actor, website_id))
        if changes.get("name", website.name) != website.name:
            check_new_name(changes["name"])
        changed = events.changes({name: getattr(website, name) for name in changes}, changes)
        for name, value in changes.items():
            setattr(website, name, value)
        if changes:
            website.updated_at = utcnow()
            events.record(session, WebsiteUpdated(actor, website_id, website.name, changed))
        if links and slug is None:
            _end_links(session, actor, website_id)
        elif slug:
            share = Share(entity_id=website_id, name=website.name, slug=slug, parameters=FIRST_SHARE)
            session.add(share)
            session.flush()
            events.record(session, ShareCreated(actor, website_id, share.id, share.name))
        session.flush()
        return as_stored(actor, website_id)


def _end_links(session: Unit, actor: Actor, website_id: UUID) -> None:
    ended = delete(Share).where(Share.entity_id == website_id).returning(Share.id, Share.name)
    for row in session.execute(ended, execution_options={"synchronize_session": False}).all():
        events.record(session, ShareDeleted(actor, website_id, row.id, row.name))


@retried
def delete_website(actor: Actor, website_id: UUID, *, expected: Expected | None = None) -> None:
    """
    Delete a website and its public links.

    :param expected: see ``update_website``
    :raises Denied, NotFound: see ``require_change``
    """
    with transaction() as session:
        recheck(actor)
        name = require_change(actor, website_id, Permission.WEBSITE_DELETE).name
        if expected is not None:
            session.get(Website, website_id, with_for_update=True)
            require_expected(expected, lambda: as_stored(actor, website_id))
        # The website first: every change of its links locks it first, too.
        session.execute(delete(Website).where(Website.id == website_id))
        session.execute(delete(Share).where(Share.entity_id == website_id))
        events.record(session, WebsiteDeleted(actor, website_id, name))


@retried
def reset_website(actor: Actor, website_id: UUID) -> None:
    """
    Record that the statistics were reset now; Frontdesk itself stores no statistics.

    :raises Denied, NotFound: see ``require_change``
    """
    with transaction() as session:
        recheck(actor)
        require_change(actor, website_id, Permission.WEBSITE_UPDATE)
        website = session.get(Website, website_id, with_for_update={"key_share": True})
        if website is None:
            raise _hidden(actor)
        website.reset_at = utcnow()
        events.record(session, WebsiteReset(actor, website_id, website.name))


@retried
def transfer_website(
    actor: Actor, website_id: UUID, *, user_id: UUID | None = None, team_id: UUID | None = None
) -> Website:
    """
    Transfer a website: from a team to one of its owners, or from the actor to a team.

    :raises NoNewOwner: neither a user nor a team is given
    :raises Denied: the rules of Umami do not allow it; they hold for administrators, too
    """
    if user_id is None and team_id is None:
        raise NoNewOwner
    with transaction() as session:
        recheck(actor)
        website = session.get(Website, website_id, with_for_update={"key_share": True})
        row = fetch_one(queries.select_website, website_id=website_id, actor_id=actor.id)
        if website is None or row is None:
            raise Denied
        before = (website.user_id, website.team_id)
        if user_id is not None:
            policy.require(policy.can_take_website(actor, row, user_id))
            website.user_id, website.team_id = user_id, None
        else:
            target = fetch_one(member_queries.select_role, team_id=team_id, actor_id=actor.id)
            policy.require(policy.can_give_website(actor, row, target.role if target else None))
            website.user_id, website.team_id = None, team_id
        now = (website.user_id, website.team_id)
        events.record(session, WebsiteTransferred(actor, website_id, website.name, *before, *now))
    return website


def list_websites(
    actor: Actor,
    window: Window,
    *,
    user_id: UUID | None = None,
    include_teams: bool = False,
    search: str | None = None,
    filters: Filters = NO_FILTERS,
    sort: Sort = BY_NAME,
) -> Page[WebsiteOfUser] | Page[WebsiteListed]:
    """
    List a user's own websites, by default the actor's.

    :param include_teams: include the websites of teams that the user owns or manages
    :param filters: by name, domain, external id and time of creation
    :raises Denied: ``user_id`` is another user, and the actor is not an administrator
    """
    owner = user_id or actor.user_id
    policy.require(policy.can_see_user(actor, owner))
    how: dict[str, Any] = {"sort": sort.key, "descending": sort.descending}
    if include_teams:
        build = partial(queries.select_websites_of_user_and_teams, **how)
        return fetch_page(build, window, search=search, filters=filters, user_id=owner)
    build_own = partial(queries.select_websites_of_user, **how)
    return fetch_page(build_own, window, search=search, filters=filters, user_id=owner)


def list_team_websites(
    actor: Actor,
    team_id: UUID,
    window: Window,
    *,
    search: str | None = None,
    filters: Filters = NO_FILTERS,
    sort: Sort = BY_NAME,
) -> Page[WebsiteOfTeam]:
    """
    List a team's websites, each with the user who created it.

    :param filters: see ``list_websites``
    :raises Denied, UnknownTeam: see ``require_team``
    """
    require_team(actor, team_id, policy.can_see_team)
    build = partial(queries.select_websites_of_team, sort=sort.key, descending=sort.descending)
    return fetch_page(build, window, search=search, filters=filters, team_id=team_id)


def list_all_websites(
    actor: Actor,
    window: Window,
    *,
    search: str | None = None,
    filters: Filters = NO_FILTERS,
    sort: Sort = NEWEST_FIRST,
) -> Page[WebsiteView]:
    """
    List the ``WebsiteView``s of all websites.

    :param filters: see ``list_websites``
    :raises Denied: the actor is not an administrator
    """
    policy.require(policy.can_administer(actor))
    build = partial(queries.select_all_websites, sort=sort.key, descending=sort.descending)
    page = fetch_page(build, window, search=search, index="search_website", filters=filters)
    team_ids = {row.team_id for row in page.rows if row.team_id is not None}
    owners = group_by_team(team_ids, owners_only=True)
    return page.with_rows([WebsiteView(row, owners.get(str(row.team_id), [])) for row in page.rows])


@retried
def remove_from_team(actor: Actor, team_id: UUID, website_id: UUID, *, expected: Expected | None = None) -> None:
    """
    Delete a website of this team.

    :param expected: see ``update_website``
    :raises Denied: the actor cannot delete it, or it is not the team's
    :raises NotFound: it is not the team's, and the actor is an administrator
    """
    with transaction():
        row = require_change(actor, website_id, Permission.WEBSITE_DELETE)
        if row.team_id != team_id:
            raise _hidden(actor)
        delete_website(actor, website_id, expected=expected)
