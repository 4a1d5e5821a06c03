"""Creating, changing and deleting websites by number, with their URLs and settings."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.db.reads import fetch_one
from app.db.session import Unit, execute_count, retried, transaction
from app.domain.actor import Actor
from app.domain.errors import LastWebsite, NoSuchWebsite, UnknownWebsites
from app.domain.roles import SiteRole
from app.models import Website, WebsiteProfile
from app.queries import users as user_queries
from app.queries.matomo import sites as queries
from app.queries.matomo.sites import SiteKey
from app.services import events
from app.services.authentication.confirmation import NOT_NEEDED, Confirmation
from app.services.events import WebsiteUpdated
from app.services.matomo.lookup import site_numbers
from app.services.matomo.preferences import DEFAULT_SITE
from app.services.matomo.requirements import require_admin
from app.services.matomo.site_settings import clean_name, clean_settings, clean_urls, host_of
from app.services.matomo.sites import Name, resolve_site
from app.services.websites import websites


@retried
def create_site(actor: Actor, *, name: str, urls: Sequence[str] | None = None, **settings: Any) -> int:
    """
    Register a website and return its number. The actor owns it or, if the operator registers it, the first
    administrator.

    :param urls: the URLs, the main one first; its host becomes the domain
    :param settings: see ``site_settings.DEFAULTS``
    :raises AdminNeeded: the actor is not an administrator
    :raises Missing, BadValue, TooMany: see ``site_settings``
    """
    require_admin(actor)
    called, stored = clean_name(name), clean_settings(settings)
    addresses = None if urls is None else clean_urls(urls)
    with transaction() as session:
        owner_id = actor.id or _first_admin()
        made = websites.create_website(
            actor, name=called, domain=host_of(addresses[0]) if addresses else None, owner_id=owner_id
        )
        if addresses or stored:
            session.add(WebsiteProfile(website_id=made.id, urls=addresses or [], settings=stored))
        return site_numbers([made.id])[made.id]


@retried
def update_site(
    actor: Actor, site: Name, *, name: str | None = None, urls: Sequence[str] | None = None, **settings: Any
) -> None:
    """
    Change the given fields of a website.

    :raises NoSuchWebsite: the website does not exist
    :raises WebsiteDenied: the actor does not administer it; see ``sites.resolve_sites``
    :raises Missing, BadValue, TooMany: see ``site_settings``
    """
    website_id: UUID = _found(actor, site).id
    changes: dict[str, Any] = {} if name is None else {"name": clean_name(name)}
    stored = clean_settings(settings)
    addresses = None if urls is None else clean_urls(urls)
    if addresses is not None:
        changes["domain"] = host_of(addresses[0])
    with transaction() as session:
        websites.update_website(actor, website_id, **changes)  # and locks it
        if addresses is not None or stored:
            _change_profile(session, actor, website_id, addresses, stored)


def _change_profile(
    session: Unit, actor: Actor, website_id: UUID, urls: list[str] | None, settings: dict[str, Any]
) -> None:
    profile = session.get(WebsiteProfile, website_id)
    if profile is None:
        profile = WebsiteProfile(website_id=website_id, urls=[], settings={})
        session.add(profile)
    new = settings if urls is None else settings | {"urls": urls}
    changes = events.changes(profile.settings | {"urls": profile.urls}, new)
    name = session.get_one(Website, website_id).name
    events.record(session, WebsiteUpdated(actor, website_id, name, changes))
    if urls is not None:
        profile.urls = urls
    profile.settings = profile.settings | settings


@retried
def delete_site(actor: Actor, site: Name, *, confirmation: Confirmation = NOT_NEEDED) -> None:
    """
    Delete a website, and every preference that names it as the default website.

    :raises AdminNeeded: the actor is not an administrator
    :raises NotConfirmed, WrongPassword: see ``Confirmation.check``
    :raises NoSuchWebsite: the website does not exist
    :raises LastWebsite: it is the only website
    """
    require_admin(actor)
    confirmation.check(actor)
    found = _found(actor, site)
    with transaction():
        # No lock: the rule guards against a mistake, and nothing else depends on it.
        if fetch_one(queries.select_another, website_id=found.id) is None:
            raise LastWebsite
        websites.delete_website(actor, found.id)
        execute_count(queries.delete_preferences, named=DEFAULT_SITE, valued=str(found.number))


def _found(actor: Actor, site: Name) -> SiteKey:
    """
    Return a website that the actor administers.

    :raises WebsiteDenied: the actor does not administer it
    :raises NoSuchWebsite: it does not exist
    """
    try:
        return resolve_site(actor, site, SiteRole.ADMIN)
    except UnknownWebsites as error:
        raise NoSuchWebsite(error.websites) from None


def _first_admin() -> UUID | None:
    row = fetch_one(user_queries.select_first_admin)
    return row.id if row else None
