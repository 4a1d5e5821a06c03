"""User accounts: creating, reading, changing, deleting."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from app.db.reads import fetch_all, fetch_one, fetch_page, fetch_window
from app.db.session import Unit, retried, transaction
from app.domain import policy
from app.domain.actor import Actor
from app.domain.errors import (
    DeletingYourself,
    LastAdmin,
    Missing,
    NoPassword,
    NotAccepted,
    NotFound,
    PasswordTwice,
    SamePassword,
    SameUser,
    WrongPassword,
)
from app.domain.filters import NO_FILTERS, Filters
from app.domain.folding import fold, sort_key
from app.domain.names import (
    check_external_id,
    check_new_name,
    check_new_username,
    clean_username,
    new_display_name,
    new_username,
)
from app.domain.pagination import Page, Sort, Window
from app.domain.password_rules import check_hash
from app.domain.roles import AccountState, Role
from app.domain.unset import UNSET, Unset
from app.models import User, new_id
from app.queries import users as queries
from app.queries.users import UserListed, UserRecord
from app.services import events
from app.services.access.grants import set_access
from app.services.access.holders import remove_all_of
from app.services.acting import lock_admins, lock_user, lock_users, recheck
from app.services.authentication import hashing, login
from app.services.authentication.credentials import ACCESS_TOKENS, SESSIONS, revoke_everything
from app.services.authentication.new_passwords import check_new_password
from app.services.events import PasswordChangeRequired, RoleChanged, UserCreated, UserUpdated
from app.services.lookup import parsed_id, require_not_anonymous, the_only_one
from app.services.preconditions import Expected, require_expected
from app.services.users import profiles
from app.services.users.closing import close_account
from app.services.users.profiles import clashes

NO_PASSWORD = ""
"""Stored instead of a hash; no password matches it."""
NEWEST_FIRST = Sort("created_at", descending=True)
RECORDED = ("username", "display_name", "external_id")
"""The values whose changes ``UserUpdated`` describes."""


@retried
def create_user(
    actor: Actor,
    *,
    username: str,
    password: str | None = None,
    service_account: bool = False,
    role: str = Role.USER,
    id: UUID | None = None,
    email: str | None = None,
    display_name: str | None = None,
    external_id: str | None = None,
    password_hash: str | None = None,
    grants: Sequence[Mapping[str, Any]] = (),
    check_password: Callable[[str], object] = check_new_password,
) -> User:
    """
    Create an account.

    :param service_account: whether it is a program's, which has no password, cannot log in, and uses API keys
    :param id: a new id by default
    :param external_id: what another system calls the account
    :param password_hash: a bcrypt hash instead of the password
    :param grants: ``{"website_id": ..., "role": ...}``: access to websites that the actor administers; with at least
        one, the actor need not be an administrator
    :param check_password: the rule for new passwords
    :raises Invalid: the name, the password or the address breaks a rule
    :raises Denied: the actor is not an administrator, and grants nothing, gives a role above their own, or grants
        access to a website that they do not administer
    :raises Conflict: the name, the address or the id is taken, perhaps by a deleted account
    """
    user = new_account(
        actor,
        username=username,
        password=password,
        service_account=service_account,
        role=role,
        id=id,
        email=email,
        display_name=display_name,
        external_id=external_id,
        password_hash=password_hash,
        granting=bool(grants),
        check_password=check_password,
    )
    if password is not None:
        profiles.require_free(id=id, username=user.username, email=user.email, external_id=external_id)
        user.password_hash = hashing.hash_password(password)
    with transaction(clashes(user.username, user.email)) as session:
        profiles.claim_names(username=user.username, email=user.email)
        lock_users(session, actor, ()) if grants else recheck(actor)
        session.add(user)
        session.flush()
        events.record(session, UserCreated(actor, user.id, user.username, user.role))
        for entry in grants:
            set_access(actor, user.id, [entry["website_id"]], entry["role"])
    return user


def new_account(
    actor: Actor,
    *,
    username: str,
    password: str | None = None,
    service_account: bool = False,
    role: str = Role.USER,
    id: UUID | None = None,
    email: str | None = None,
    display_name: str | None = None,
    external_id: str | None = None,
    password_hash: str | None = None,
    granting: bool = False,
    check_password: Callable[[str], object] = check_new_password,
) -> User:
    """
    Return an account that keeps the rules and that the actor may create. It is not stored, its names may be taken, and
    it does not have the password.

    :param granting: whether the actor also grants it access to websites
    :raises Invalid, Denied, Conflict: see ``create_user``, but no name is compared with those of other accounts
    """
    name = new_username(username)
    address = profiles.clean_email(email) if email else None
    shown = new_display_name(display_name) if display_name else None
    if external_id is not None:
        check_external_id(external_id)
    _check_either(password, password_hash, check_password)
    if service_account and (password is not None or password_hash is not None):
        raise NoPassword
    if password is None and password_hash is None and not service_account:
        raise Missing("password")
    policy.require(policy.can_administer(actor) or (granting and policy.can_give_role(actor, role)))
    policy.require_power_over(actor, role)
    require_not_anonymous(id)
    return User(
        id=id or new_id(),
        username=name,
        role=role,
        password_hash=password_hash or NO_PASSWORD,
        service_account=service_account,
        email=address,
        display_name=shown,
        external_id=external_id,
    )


def _check_either(password: str | None, password_hash: str | None, check_password: Callable[[str], object]) -> None:
    """Check a new password, or the hash of one. :raises Invalid: it breaks a rule, or both are given"""
    if password is not None:
        check_password(password)
    if password_hash is not None:
        check_hash(password_hash)
        if password is not None:
            raise PasswordTwice("password_hash")


def get_user(actor: Actor, user_id: UUID) -> UserRecord:
    """
    Return one account.

    :raises Denied: it is another user's, and the actor is not an administrator
    :raises NotFound: there is no such account
    """
    policy.require(policy.can_see_user(actor, user_id))
    row = fetch_one(queries.select_user, user_id=user_id)
    if row is None:
        raise NotFound
    return row


def find_user(actor: Actor, text: str) -> UserRecord:
    """
    Return the account with this id, username or e-mail address, for administrators. Case does not matter.

    :raises UnknownName: there is none
    """
    policy.require(policy.can_administer(actor))
    return the_only_one(_called(text), "user")


def find_user_by_any_name(actor: Actor, text: str) -> UserRecord:
    """
    Return the account that ``find_user`` finds, or else the one with this display name.

    Users choose their display names freely, so use this only to show an account, never to change one.

    :raises UnknownName: there is none
    :raises AmbiguousName: several accounts have the display name
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
    state: AccountState | None = None,
    filters: Filters = NO_FILTERS,
    sort: Sort = NEWEST_FIRST,
) -> Page[UserListed]:
    """
    List accounts.

    :param search: a part of the name, the e-mail address or the display name
    :param role: only accounts with this role
    :param state: only accounts in this state
    :param filters: by username, e-mail address, external id and time of creation
    :raises Denied: the actor is not an administrator
    """
    policy.require(policy.can_administer(actor))
    build = partial(queries.select_users, sort=sort.key, descending=sort.descending, role=role, state=state)
    narrowed = role is not None or state is not None
    return fetch_page(
        build, window, search=search, folded=True, index="search_user", narrowed=narrowed, filters=filters
    )


def list_inactive(actor: Actor, window: Window, *, since: datetime) -> Page[UserRecord]:
    """
    List the active accounts that have not been used since then, by session or access token; longest unused first.

    :raises Denied: the actor is not an administrator
    """
    policy.require(policy.can_administer(actor))
    return fetch_window(queries.select_inactive(capped=window.cap is not None), window, since=since)


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
    external_id: str | Unset | None = UNSET,
    password_hash: str | None = None,
    must_change_password: bool | None = None,
    check_password: Callable[[str], object] = check_new_password,
    expected: Expected | None = None,
) -> User:
    """
    Change the given values of an account.

    Only administrators can change username, role and external id, and require a change of the password. From others
    these are ignored, because Umami's clients send whole objects back. Users who are not administrators need the
    current password to change password or e-mail address.

    A new password ends the user's other sessions. If an administrator sets it, all sessions, access tokens and API keys
    of the user end. If the user becomes, or stops being, an administrator, all sessions and access tokens end.

    With an API key, users cannot change their own password; and what gives power over an administrator's account
    needs the scope ``admin``.

    :param password_hash: a bcrypt hash instead of the new password, from administrators
    :param must_change_password: whether the user can do nothing with a session before changing the password
    :param check_password: the rule for new passwords
    :param expected: whether the account still is as the caller expects it, as ``get_user`` returns it
    :raises PreconditionFailed: it is not
    :raises Invalid: a value breaks a rule
    :raises Denied: it is another user's account, and the actor is not an administrator
    :raises NotFound: there is no such account
    :raises Conflict: the name or the address is taken; the last administrator would lose the role; the current password
        is wrong; the account is pending, and gets its first password through the invitation's link
    :raises Throttled: too many wrong passwords lately
    """
    name = None if username is None else clean_username(username)
    address, shown = profiles.given_email(email), profiles.given_display_name(display_name)
    if isinstance(external_id, str):
        check_external_id(external_id)
    _check_either(password, password_hash, check_password)
    policy.require(policy.can_see_user(actor, user_id))
    policy.require(password_hash is None or policy.can_administer(actor))
    policy.require((password is None and password_hash is None) or not (actor.is_key and actor.is_user(user_id)))
    confirmed = None
    if not actor.is_admin:
        name = role = must_change_password = None
        external_id = UNSET
        if password is not None or _is_other_email(user_id, address):
            confirmed = login.confirm_password(actor, current_password)
    wanted = None if isinstance(address, Unset) else address
    if password is not None:
        claimed = None if isinstance(external_id, Unset) else external_id
        profiles.require_free(username=name, email=wanted, external_id=claimed, user_id=user_id)
    hashed = password_hash if password is None else hashing.hash_password(password)
    with transaction(clashes(name, wanted)) as session:
        profiles.claim_names(username=name, email=wanted, user_id=user_id)
        admins = lock_admins(actor) if role is not None else []
        user = _locked(session, actor, user_id, confirmed)
        require_expected(expected, lambda: get_user(actor, user_id))
        before = {name: getattr(user, name) for name in RECORDED}
        told_at = user.email
        if hashed is not None or profiles.is_other(user.email, address):
            policy.require_power_over(actor, user.role)
        if address is not UNSET:
            if confirmed is None and not actor.is_admin and profiles.is_other(user.email, address):
                raise WrongPassword  # the address was changed after we decided that no password was needed
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
        if not isinstance(external_id, Unset):
            user.external_id = external_id
        if hashed is not None:
            if user.pending:
                raise NotAccepted
            if user.service_account:
                raise NoPassword
            user.password_hash = hashed
            own = actor.is_user(user.id)
            if own:
                user.must_change_password = False
            if own:
                SESSIONS.revoke_all(session, actor, user.id, keep=actor.session_id)
            else:
                revoke_everything(session, actor, user.id)
            by = "self" if own else "admin"
            profiles.note_password_changed(session, actor, user, address=told_at, by=by)
        if must_change_password is not None and must_change_password != user.must_change_password:
            user.must_change_password = must_change_password
            events.record(session, PasswordChangeRequired(actor, user.id, user.username, must_change_password))
        changes = events.changes(before, {name: getattr(user, name) for name in RECORDED})
        if changes:
            events.record(session, UserUpdated(actor, user.id, user.username, changes))
    return user


def _is_other_email(user_id: UUID, address: str | Unset | None) -> bool:
    """Return whether the address differs from the account's current one."""
    if address is UNSET:
        return False
    row = fetch_one(queries.select_user, user_id=user_id)
    return row is not None and profiles.is_other(row.email, address)


def _locked(session: Unit, actor: Actor, user_id: UUID, confirmed: str | None = None) -> User:
    """Lock and return the account. :raises WrongPassword: the password was changed after it was confirmed"""
    require_not_anonymous(user_id)
    user = lock_user(session, actor, user_id)
    if user is None:
        raise NotFound
    if confirmed is not None and user.password_hash != confirmed:
        raise WrongPassword
    return user


def _change_role(session: Unit, actor: Actor, user: User, role: str, *, last_admin: bool) -> None:
    if last_admin:
        raise LastAdmin(user.username, "demoted")
    policy.require_power_over(actor, user.role, role)
    if Role.ADMIN in (user.role, role):
        SESSIONS.revoke_all(session, actor, user.id)
        ACCESS_TOKENS.revoke_all(session, actor, user.id)
        remove_all_of(session, actor, user.id)
    events.record(session, RoleChanged(actor, user.id, user.username, user.role, role))
    user.role = role


@retried
def change_own_password(actor: Actor, *, current_password: str, new_password: str) -> User:
    """
    Set the actor's own password, and end the actor's other sessions.

    :raises Invalid: the new password breaks a rule
    :raises WrongPassword: the current password is wrong
    :raises Throttled: too many wrong passwords lately
    """
    check_new_password(new_password, field="new_password")
    user_id = actor.user_id
    confirmed = login.confirm_password(actor, current_password)
    hashed = hashing.hash_password(new_password)
    with transaction() as session:
        user = _locked(session, actor, user_id, confirmed)
        if user.must_change_password and new_password == current_password:
            raise SamePassword("new_password")
        user.password_hash, user.must_change_password = hashed, False
        SESSIONS.revoke_all(session, actor, user_id, keep=actor.session_id)
        profiles.note_password_changed(session, actor, user, address=user.email, by="self")
    return user


@retried
def delete_user(
    actor: Actor,
    user_id: UUID,
    *,
    transfer_to: UUID | None = None,
    allow_self: bool = False,
    expected: Expected | None = None,
) -> None:
    """
    Delete an account with its websites; its teams pass to the next owner, manager or member.

    For ``restore_days``, ``restoring.restore_user`` can bring it back.

    :param transfer_to: the user who receives the websites, and the teams that no one else owns, instead
    :param allow_self: allow administrators to delete their own account, for APIs whose clients expect it
    :param expected: see ``update_user``
    :raises Denied: the actor is not an administrator
    :raises NotFound: there is no such account
    :raises Conflict: it is the actor's own account, or the last administrator
    :raises Invalid: ``transfer_to`` is the account itself, or no user
    """
    policy.require(policy.can_administer(actor))
    if actor.is_user(user_id) and not allow_self:
        raise DeletingYourself
    require_not_anonymous(transfer_to)
    if transfer_to == user_id:
        raise SameUser("transfer_to")
    with transaction() as session:
        admins = lock_admins(actor)
        if expected is not None:
            lock_users(session, actor, {user_id, transfer_to or user_id})
            require_expected(expected, lambda: get_user(actor, user_id))
        close_account(session, actor, user_id, admins=admins, heir_id=transfer_to)
