"""
Creating, changing and deleting accounts by username, with Matomo's rules. Each function is one transaction.

As in Matomo, an admin of one website may create an account that sees it.
"""

from typing import Any

from app.db.session import retried
from app.domain.actor import Actor
from app.domain.errors import (
    HiddenUser,
    NoFirstWebsite,
    ReservedAccount,
    UnknownUser,
)
from app.domain.folding import fold
from app.domain.permissions import weaker_role
from app.domain.roles import Role, SiteRole
from app.queries.matomo.people import Person
from app.services.authentication.confirmation import NOT_NEEDED, Confirmation
from app.services.invitations import manage
from app.services.invitations.pending import id_for
from app.services.matomo import sites
from app.services.matomo.account_names import check_email, clean_names
from app.services.matomo.account_rules import check_password
from app.services.matomo.lookup import find_person, is_anonymous
from app.services.matomo.requirements import require_admin, require_admin_or, require_login, require_some
from app.services.users import accounts


def open_account(
    actor: Actor,
    *,
    username: str,
    password: str,
    email: str,
    website: sites.Name | None = None,
    confirmation: Confirmation = NOT_NEEDED,
) -> None:
    """
    Create an account with view access to ``website``; only administrators may leave that out.

    :raises SomeAccessNeeded: the actor administers no website
    :raises NoFirstWebsite: no website is given, and the actor is not an administrator
    :raises Invalid: a password error such as ``TooShort``, ``LoginFormat``, ``InvalidEmail``, ``EmailDomainNotAllowed``
    :raises Conflict: ``UsernameTaken``, ``UsernameIsEmail``, ``EmailTaken``, ``EmailIsUsername``
    """
    require_some(actor, SiteRole.ADMIN)
    if website is None and not actor.is_admin:
        raise NoFirstWebsite("website")
    site = None if website is None else sites.resolve_site(actor, website, SiteRole.ADMIN)
    actor = confirmation.check(actor)
    check_password(password)
    address = clean_names(username, email)
    accounts.create_user(
        actor,
        username=username,
        password=password,
        email=address,
        role=weaker_role(Role.USER, actor.role or Role.VIEW_ONLY),
        grants=[] if site is None else [{"website_id": site.id, "role": SiteRole.VIEW}],
        check_password=check_password,
    )


def change_account(
    actor: Actor,
    username: str,
    *,
    password: str | None = None,
    email: str | None = None,
    confirmation: str | None = None,
) -> None:
    """
    Set an account's password or e-mail address, if given. A change requires the actor's own password.

    If an invited user gets another address, the invitation is sent there.

    :param confirmation: the actor's own password
    :raises SelfNeeded: the account is another user's, and the actor is not an administrator
    :raises ReservedAccount: the account is ``anonymous``
    :raises UnknownUser: the account does not exist
    :raises NotConfirmed, WrongPassword: ``confirmation`` is missing or wrong
    :raises Invalid, Conflict: see ``open_account``
    """
    require_admin_or(actor, username)
    require_login(actor)
    if is_anonymous(username):
        raise ReservedAccount
    person = find_person(username)
    if password:
        check_password(password)
    moves = bool(email) and fold(email or "") != fold(person.email or "")
    if moves:
        check_email(email or "", but=person.id)
    if password or moves:
        # For other users, ``update_user`` checks the password.
        actor = Confirmation(actor.is_admin or not confirmation, confirmation).check(actor)
    changes: dict[str, Any] = {"email": email} if email and email != person.email else {}
    accounts.update_user(
        actor,
        person.id,
        password=password or None,
        current_password=confirmation,
        check_password=check_password,
        **changes,
    )


@retried
def close_account(actor: Actor, username: str, *, confirmation: Confirmation = NOT_NEEDED) -> None:
    """
    Delete an account, even the actor's own. Users who are not administrators can only revoke their own invitations
    that have not been accepted.

    :raises SomeAccessNeeded: the actor administers no website
    :raises ReservedAccount: the account is ``anonymous``
    :raises UnknownUser: the account does not exist
    :raises HiddenUser: the actor is not an administrator, and has no pending invitation of that name
    :raises LastAdmin: the account is the last administrator
    """
    require_some(actor, SiteRole.ADMIN)
    if is_anonymous(username):
        raise ReservedAccount
    actor = confirmation.check(actor)
    if actor.is_admin:
        person = find_person(username)
        accounts.delete_user(actor, person.id, allow_self=True)
        return
    invited = _invited_by(actor, username)
    if invited is None:
        raise HiddenUser(username)
    manage.revoke(actor, id_for(invited.id))


def _invited_by(actor: Actor, username: str) -> Person | None:
    try:
        person = find_person(username)
    except UnknownUser:
        return None
    return person if person.pending and actor.is_user(person.inviter_id) else None


def set_admin(actor: Actor, username: str, admin: bool, *, confirmation: str | None) -> None:
    """
    Make a user an administrator, or an ordinary user again. Either removes all grants; without a change of role,
    nothing happens.

    :param confirmation: the actor's own password
    :raises AdminNeeded: the actor is not an administrator
    :raises ReservedAccount: the account is ``anonymous``
    :raises UnknownUser: the account does not exist
    :raises NotConfirmed, WrongPassword: ``confirmation`` is missing or wrong
    :raises LastAdmin: the account is the last administrator
    """
    require_admin(actor)
    if is_anonymous(username):
        raise ReservedAccount
    actor = Confirmation(True, confirmation).check(actor)
    person = find_person(username)
    if (person.role == Role.ADMIN) != admin:
        accounts.update_user(actor, person.id, role=Role.ADMIN if admin else Role.USER)
