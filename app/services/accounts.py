"""
Accounts by their names, for wires that call people so: opened, changed, closed, each in one transaction, with the rules
of ``security/logins.py``. Whoever administers a website may open an account that sees it.
"""

from typing import Any

from sqlalchemy import Row

from app.db import fetch_all, retried, transaction
from app.models import Role, SiteRole, User
from app.models.folding import fold
from app.queries import directory as queries
from app.security import emails
from app.security.actor import Actor
from app.security.logins import check_login, check_password
from app.security.permissions import weaker_role
from app.services import auth, grants, invitations, profiles, sites, users
from app.services.account_errors import (
    EmailIsUsername,
    EmailTaken,
    NoFirstWebsite,
    ReservedAccount,
    UsernameIsEmail,
    UsernameTaken,
    clashes,
)
from app.services.confirming import NOT_NEEDED, Confirmation
from app.services.directory import find_person, is_anonymous
from app.services.requirements import (
    HiddenUser,
    UnknownUser,
    require_admin,
    require_admin_or,
    require_login,
    require_some,
)


@retried
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
    Open an account that may view ``website``; only administrators open one that sees nothing.

    :raises SomeRightNeeded: the actor administers nothing
    :raises NoFirstWebsite: no website is named
    :raises Invalid: ``PasswordTooShort`` and its like, ``LoginFormat``, ``InvalidEmail``, ``EmailDomainNotAllowed``
    :raises Conflict: ``UsernameTaken``, ``UsernameIsEmail``, ``EmailTaken``, ``EmailIsUsername``
    """
    require_some(actor, SiteRole.ADMIN)
    if website is None and not actor.is_admin:
        raise NoFirstWebsite(field="website")
    site = None if website is None else sites.resolve_site(actor, website, SiteRole.ADMIN)
    confirmation.check(actor)
    check_password(password)
    address = clean_names(username, email)
    hashed = auth.hash_password(password)
    role = weaker_role(Role.USER, actor.role or Role.VIEW_ONLY)
    with transaction(clashes(username, address)) as session:
        profiles.claim_names(username=username, email=address)
        user = User(username=username, email=address, role=role, password_hash=hashed)
        session.add(user)
        session.flush()
        if site is not None:
            grants.set_access(actor, user.id, [site.id], SiteRole.VIEW)


def clean_names(username: str, email: str) -> str:
    """
    The address as a new account with this name may have it.

    :raises Invalid, Conflict: see ``open_account``
    """
    check_login(username)
    name_key, email_key = fold(username), fold(email)
    called = _called(name_key, email_key)
    if is_anonymous(username) or any(row.username_key == name_key for row in called):
        raise UsernameTaken(username)
    if any(row.email_key == name_key for row in called):
        raise UsernameIsEmail(username)
    return _clean_email(email, called)


def _called(name_key: str, email_key: str) -> list[Row[Any]]:
    return list(fetch_all(queries.select_called, name_key=name_key, given_key=email_key))


def _clean_email(email: str, called: list[Row[Any]]) -> str:
    """The address, if nobody of those who are called so has it, or it as a name."""
    key = fold(emails.clean_email(email))
    if any(row.email_key == key for row in called):
        raise EmailTaken(email)
    if any(row.username_key == key for row in called):
        raise EmailIsUsername(email)
    return profiles.clean_email(email)


def change_account(
    actor: Actor,
    username: str,
    *,
    password: str | None = None,
    email: str | None = None,
    confirmation: str | None = None,
) -> None:
    """
    Set an account's password or e-mail address, each if given; another one takes the actor's own password. Whoever
    is invited and gets another address gets the invitation there.

    :param confirmation: that password
    :raises OneselfNeeded: somebody else's, and the actor is no administrator
    :raises ReservedAccount, UnknownUser: there is none to be changed
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
        _clean_email(email or "", [row for row in _called("", fold(email or "")) if row.id != person.id])
    if password or moves:
        # Who is no administrator shows it to ``update_user``.
        Confirmation(actor.is_admin or not confirmation, confirmation).check(actor)
    changes: dict[str, Any] = {"email": email} if email and email != person.email else {}
    users.update_user(
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
    Close an account for good, be it the actor's own. Who is no administrator may only take back an invitation of
    their own that has not been accepted.

    :raises SomeRightNeeded: the actor administers nothing
    :raises ReservedAccount, UnknownUser: there is none to be closed
    :raises HiddenUser: it is not the actor's to close, or there is none
    :raises LastAdmin: nobody would be left to administer
    """
    require_some(actor, SiteRole.ADMIN)
    if is_anonymous(username):
        raise ReservedAccount
    confirmation.check(actor)
    if actor.is_admin:
        person = find_person(username)
        users.delete_user(actor, person.id, even_oneself=True)
        return
    invited = _invited_by(actor, username)
    if invited is None:
        raise HiddenUser(username)
    invitations.revoke(actor, invitations.id_for(invited.id))


def _invited_by(actor: Actor, username: str) -> Row[Any] | None:
    try:
        person = find_person(username)
    except UnknownUser:
        return None
    return person if person.pending and actor.is_user(person.inviter_id) else None


def set_admin(actor: Actor, username: str, admin: bool, *, confirmation: str | None) -> None:
    """
    Make somebody an administrator, or an ordinary user again; either takes all direct rights away. Whoever is that
    already stays as they are.

    :param confirmation: the actor's own password
    :raises AdminNeeded, ReservedAccount, UnknownUser: the actor may not, or there is none to be changed
    :raises NotConfirmed, WrongPassword: ``confirmation`` is missing or wrong
    :raises LastAdmin: nobody would be left to administer
    """
    require_admin(actor)
    if is_anonymous(username):
        raise ReservedAccount
    Confirmation(True, confirmation).check(actor)
    person = find_person(username)
    if (person.role == Role.ADMIN) != admin:
        users.update_user(actor, person.id, role=Role.ADMIN if admin else Role.USER)
