"""Accounts: opened, read, changed, closed."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from app.db.reads import fetch_all, fetch_one, fetch_page
from app.db.session import Unit, retried, transaction
from app.domain import policy
from app.domain.actor import Actor
from app.domain.errors import (
    DeletingYourself,
    LastAdmin,
    NotAccepted,
    NotFound,
    SameUser,
    WrongPassword,
)
from app.domain.folding import fold, sort_key
from app.domain.names import check_new_name, check_new_username, clean_username, new_display_name, new_username
from app.domain.pagination import Page, Sort, Window
from app.domain.password_rules import check_new_password
from app.domain.roles import Role
from app.models import User
from app.queries import users as queries
from app.queries.users import UserListed, UserRecord
from app.services import events
from app.services.access.grants import set_access
from app.services.access.holders import remove_all_of
from app.services.acting import lock_admins, lock_user, lock_users, recheck
from app.services.authentication import hashing, login
from app.services.authentication.credentials import ACCESS_TOKENS, SESSIONS
from app.services.events import RoleChanged, UserCreated, UserUpdated
from app.services.lookup import parsed_id, require_somebody, the_only_one
from app.services.users import profiles
from app.services.users.closing import close_account
from app.services.users.profiles import UNSET, Unset, clashes

NEWEST_FIRST = Sort("created_at", descending=True)


@retried
def create_user(
    actor: Actor,
    *,
    username: str,
    password: str,
    role: str = Role.USER,
    id: UUID | None = None,
    email: str | None = None,
    display_name: str | None = None,
    grants: Sequence[Mapping[str, Any]] = (),
    check_password: Callable[[str], object] = check_new_password,
) -> User:
    """
    Open an account.

    :param id: the id to give it; a fresh one by default
    :param grants: ``{"website_id": ..., "role": ...}``: what it may do on websites that the actor administers; with
        these, one need not be an administrator
    :param check_password: the rule for new passwords
    :raises Invalid: name, password or address break a rule
    :raises Denied: the actor is not an administrator and grants nothing, or a role above their own, or on a website
        that they do not administer
    :raises Conflict: name, address or id are taken, also by a closed account
    """
    name = new_username(username)
    address = profiles.clean_email(email) if email else None
    shown = new_display_name(display_name) if display_name else None
    check_password(password)
    policy.require(policy.can_administer(actor) or (bool(grants) and policy.can_give_role(actor, role)))
    require_somebody(id)
    hashed = hashing.hash_password(password)
    user = User(username=name, role=role, password_hash=hashed, email=address, display_name=shown)
    if id is not None:
        user.id = id
    with transaction(clashes(name, address)) as session:
        profiles.claim_names(username=name, email=address)
        lock_users(session, actor, ()) if grants else recheck(actor)
        session.add(user)
        session.flush()
        events.record(session, UserCreated(actor, user.id, user.username, user.role))
        for entry in grants:
            set_access(actor, user.id, [entry["website_id"]], entry["role"])
    return user


def get_user(actor: Actor, user_id: UUID) -> UserRecord:
    """One account. :raises Denied: somebody else's :raises NotFound: there is none"""
    policy.require(policy.can_see_user(actor, user_id))
    row = fetch_one(queries.select_user, user_id=user_id)
    if row is None:
        raise NotFound
    return row


def find_user(actor: Actor, text: str) -> UserRecord:
    """
    One account by its name or e-mail address, in any case, or its id, for administrators.

    :raises UnknownName: there is none
    """
    policy.require(policy.can_administer(actor))
    return the_only_one(_called(text), "user")


def find_user_by_any_name(actor: Actor, text: str) -> UserRecord:
    """
    As ``find_user``, or else by its display name. Its owner chooses that: enough to look an account up, not to
    change one.

    :raises UnknownName: there is none
    :raises AmbiguousName: several bear the display name
    """
    policy.require(policy.can_administer(actor))
    found = _called(text) or fetch_all(queries.select_users_displayed, display_name_key=sort_key(text.strip()))
    return the_only_one(found, "user")


def _called(text: str) -> Sequence[UserRecord]:
    return fetch_all(queries.select_users_called, user_id=parsed_id(text), name_key=fold(text))


def list_users(
    actor: Actor,
    window: Window,
    *,
    search: str | None = None,
    role: Role | None = None,
    pending: bool | None = None,
    sort: Sort = NEWEST_FIRST,
) -> Page[UserListed]:
    """
    All accounts, or those that have a role, or have not accepted their invitation yet (``pending``), or have.

    :param search: a part of the name, the e-mail address or the display name
    :raises Denied: not an administrator
    """
    policy.require(policy.can_administer(actor))
    build = partial(queries.select_users, sort=sort.key, descending=sort.descending, role=role, pending=pending)
    narrowed = role is not None or pending is not None
    return fetch_page(build, window, search=search, folded=True, index="search_user", narrowed=narrowed)


@retried
def update_user(
    actor: Actor,
    user_id: UUID,
    *,
    username: str | None = None,
    password: str | None = None,
    role: str | None = None,
    current_password: str | None = None,
    email: str | Unset | None = UNSET,
    display_name: str | Unset | None = UNSET,
    check_password: Callable[[str], object] = check_new_password,
) -> User:
    """
    Change what is given. Name and role are the administrators' to change: from others they are ignored,
    as clients that send whole objects back rely on (umami-api.md, 3.3). Who is no administrator shows the current
    password for another password or e-mail address.

    A new password ends the user's other logins, one set by an administrator all of them and all tokens for
    programs, and so does becoming or ceasing to be an administrator (W3).

    :param check_password: the rule for new passwords
    :raises Denied: somebody else's account
    :raises Conflict: the name is taken; the last administrator would go; the current password is wrong (W14); who is
        invited chooses the first password by the invitation's link
    """
    name = None if username is None else clean_username(username)
    address, shown = profiles.given_email(email), profiles.given_display_name(display_name)
    if password is not None:
        check_password(password)
    policy.require(policy.can_see_user(actor, user_id))
    confirmed = None
    if not actor.is_admin:
        name = role = None
        if password is not None or _is_other_email(user_id, address):
            confirmed = login.confirm_password(actor, current_password)
    hashed = None if password is None else hashing.hash_password(password)
    wanted = None if isinstance(address, Unset) else address
    with transaction(clashes(name, wanted)) as session:
        profiles.claim_names(username=name, email=wanted, user_id=user_id)
        admins = lock_admins(actor) if role is not None else []
        user = _locked(session, actor, user_id, confirmed)
        before = {"username": user.username, "display_name": user.display_name}
        told_at = user.email
        if address is not UNSET:
            if confirmed is None and not actor.is_admin and profiles.is_other(user.email, address):
                raise WrongPassword  # it was the same when the password was not asked for
            profiles.set_email(session, actor, user, address)
        if not isinstance(shown, Unset) and shown != user.display_name:
            if shown is not None:
                check_new_name(shown, field="display_name")
            user.display_name = shown
        if role is not None and role != user.role:
            _change_role(session, actor, user, role, last_admin=admins == [user.id])
        if name is not None and name != user.username:
            check_new_username(name)
            user.username = name
        if hashed is not None:
            if user.pending:
                raise NotAccepted
            user.password_hash = hashed
            own = actor.is_user(user.id)
            SESSIONS.revoke_all(session, actor, user.id, keep=actor.session_id if own else None)
            if not own:
                ACCESS_TOKENS.revoke_all(session, actor, user.id)
            by = "self" if own else "admin"
            profiles.note_password_changed(session, actor, user, address=told_at, by=by)
        changes = events.changes(before, {"username": user.username, "display_name": user.display_name})
        if changes:
            events.record(session, UserUpdated(actor, user.id, user.username, changes))
    return user


def _is_other_email(user_id: UUID, address: str | Unset | None) -> bool:
    """Whether it would change what the account has."""
    if address is UNSET:
        return False
    row = fetch_one(queries.select_user, user_id=user_id)
    return row is not None and profiles.is_other(row.email, address)


def _locked(session: Unit, actor: Actor, user_id: UUID, confirmed: str | None = None) -> User:
    """The account, locked. :raises Conflict: its password was changed since it was confirmed"""
    require_somebody(user_id)
    user = lock_user(session, actor, user_id)
    if user is None:
        raise NotFound
    if confirmed is not None and user.password_hash != confirmed:
        raise WrongPassword
    return user


def _change_role(session: Unit, actor: Actor, user: User, role: str, *, last_admin: bool) -> None:
    if last_admin:
        raise LastAdmin(user.username, deleted=False)
    if Role.ADMIN in (user.role, role):
        SESSIONS.revoke_all(session, actor, user.id)
        ACCESS_TOKENS.revoke_all(session, actor, user.id)
        remove_all_of(session, user.id)
    events.record(session, RoleChanged(actor, user.id, user.username, user.role, role))
    user.role = role


@retried
def change_own_password(actor: Actor, *, current_password: str, new_password: str) -> User:
    """
    Set one's own password; one's other logins end.

    :raises Conflict: the current password is wrong
    """
    check_new_password(new_password, field="new_password")
    user_id = actor.user_id
    confirmed = login.confirm_password(actor, current_password)
    hashed = hashing.hash_password(new_password)
    with transaction() as session:
        user = _locked(session, actor, user_id, confirmed)
        user.password_hash = hashed
        SESSIONS.revoke_all(session, actor, user_id, keep=actor.session_id)
        profiles.note_password_changed(session, actor, user, address=user.email, by="self")
    return user


@retried
def delete_user(actor: Actor, user_id: UUID, *, transfer_to: UUID | None = None, even_oneself: bool = False) -> None:
    """
    Close an account for good (W7, W8, W9): its websites go with it, teams pass to the next in line.

    :param transfer_to: who gets the websites, and the teams that nobody else owns, instead
    :param even_oneself: True where a client's users are used to it
    :raises Conflict: oneself, or the last administrator
    :raises Invalid: ``transfer_to`` is no other user
    """
    policy.require(policy.can_administer(actor))
    if actor.is_user(user_id) and not even_oneself:
        raise DeletingYourself
    require_somebody(transfer_to)
    if transfer_to == user_id:
        raise SameUser("transfer_to")
    with transaction() as session:
        close_account(session, actor, user_id, admins=lock_admins(actor), heir_id=transfer_to)
