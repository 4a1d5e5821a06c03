"""Invitations by the username of the invited user."""

from app.domain.actor import Actor
from app.domain.errors import NoFirstWebsite, ResendDenied, UnknownUser
from app.domain.roles import SiteRole
from app.queries.matomo.people import Person
from app.runtime import runtime
from app.security.link_tokens import INVITATION, link_to
from app.services.authentication.confirmation import NOT_NEEDED, Confirmation
from app.services.invitations import manage
from app.services.invitations.pending import id_for
from app.services.matomo import sites
from app.services.matomo.account_names import clean_names
from app.services.matomo.lookup import find_person
from app.services.matomo.requirements import require_some


def invite_person(
    actor: Actor,
    *,
    username: str,
    email: str,
    website: sites.Name | None,
    days: float | None = None,
    confirmation: Confirmation = NOT_NEEDED,
) -> None:
    """
    Invite a user to view a website.

    :param days: how many days the link is valid; by default, as configured
    :raises SomeAccessNeeded: the actor administers no website
    :raises NoFirstWebsite: no website is given, which administrators may not leave out either
    :raises WebsiteDenied: the actor does not administer the website; the error names ``view`` if the actor cannot even
        view it
    :raises AlreadyInvited: see ``manage.invite``
    :raises Invalid, Conflict: see ``accounts.open_account``
    """
    require_some(actor, SiteRole.ADMIN)
    actor = confirmation.check(actor)
    if website is None:
        raise NoFirstWebsite("website")
    sites.resolve_site(actor, website, SiteRole.VIEW)
    site = sites.resolve_site(actor, website, SiteRole.ADMIN)
    with manage.already_invited(actor, username, email):
        address = clean_names(username, email)
    grant = {"website_id": site.id, "role": SiteRole.VIEW.value}
    manage.invite(actor, username=username, email=address, grants=[grant], days=days)


def invite_again(
    actor: Actor, username: str, *, days: float | None = None, confirmation: Confirmation = NOT_NEEDED
) -> None:
    """
    Send a new link to a user who has not accepted yet; earlier links stop working.

    :raises UnknownUser: there is no pending invitation for that username
    :raises ResendDenied: another user sent the invitation, and the actor is not an administrator
    """
    person = _waiting(actor, username, confirmation)
    manage.resend(actor, id_for(person.id), days=days)


def link_for(
    actor: Actor,
    username: str,
    root: str,
    *,
    days: float | None = None,
    confirmation: Confirmation = NOT_NEEDED,
) -> str:
    """
    Return another link for a user who has not accepted yet; the link that was mailed stays valid.

    :param root: the server's base URL if ``public_url`` is not set
    :raises UnknownUser, ResendDenied: see ``invite_again``
    """
    person = _waiting(actor, username, confirmation)
    token = manage.make_link(actor, id_for(person.id), days=days)
    return link_to(runtime().config.public_url or root, INVITATION, token)


def _waiting(actor: Actor, username: str, confirmation: Confirmation) -> Person:
    require_some(actor, SiteRole.ADMIN)
    actor = confirmation.check(actor)
    person = find_person(username)
    if not person.pending:
        raise UnknownUser(username)
    if not actor.is_admin and not actor.is_user(person.inviter_id):
        raise ResendDenied(username)
    return person
