"""Statements about accounts."""

from datetime import datetime
from functools import cache
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, exists, func, literal_column, or_, select

from app.db.sql.exact import CREATED_AFTER, exactly
from app.db.sql.json_list import is_among
from app.db.sql.keyset import After
from app.db.sql.ordering import Order, by_name, nulls_least
from app.db.sql.pagination import paged
from app.db.sql.query import PageQuery, Query
from app.db.sql.search import Match, in_index, like_folded
from app.domain.errors import SHOWN_IN_MESSAGES
from app.domain.roles import AccountState, Role
from app.models import ACTIVE, ANONYMOUS_ID, IS_ADMIN, SecondFactor, User, Website
from app.queries.rows import Id

SUMMARY = (User.id.label("id"), User.username, User.role, User.created_at)

HAS_SECOND_FACTOR = (
    exists().where(SecondFactor.user_id == User.id, SecondFactor.enabled_at.is_not(None)).correlate(User)
)

personal_websites = (
    select(func.count())
    .select_from(Website)
    .where(Website.user_id == User.id, Website.deleted_at.is_(None))
    .correlate(User)
    .scalar_subquery()
    .label("website_count")
)

PROFILE = (
    User.email,
    User.display_name,
    User.last_seen_at,
    User.pending,
    User.two_factor_required,
    User.disabled_at,
    User.must_change_password,
    User.service_account,
    User.external_id,
)
"""The columns of a profile beyond Umami's."""


class UserRecord(NamedTuple):
    """An account."""

    id: UUID
    username: str
    role: str
    created_at: datetime | None
    email: str | None
    display_name: str | None
    last_seen_at: datetime | None
    pending: bool
    two_factor_required: bool
    disabled_at: datetime | None
    must_change_password: bool
    service_account: bool
    external_id: str | None

    @classmethod
    def of(cls, user: User) -> "UserRecord":
        """The record of an account that has just been stored."""
        return cls(*[getattr(user, name) for name in cls._fields])


class UserListed(NamedTuple):
    """An account in the list of all accounts."""

    id: UUID
    username: str
    role: str
    created_at: datetime | None
    email: str | None
    display_name: str | None
    last_seen_at: datetime | None
    pending: bool
    two_factor_required: bool
    disabled_at: datetime | None
    must_change_password: bool
    service_account: bool
    external_id: str | None
    logo_url: str | None
    updated_at: datetime | None
    deleted_at: datetime | None
    website_count: int


class Credentials(NamedTuple):
    """An account, the hash of its password, and whether it has a second factor."""

    id: UUID
    username: str
    role: str
    created_at: datetime | None
    password_hash: str
    has_second_factor: bool
    must_change_password: bool


class PasswordHash(NamedTuple):
    """The hash of a password."""

    password_hash: str


class LockedAdmin(NamedTuple):
    """An administrator, whether the account is enabled, and whether it is a program's."""

    id: UUID
    enabled: bool
    service_account: bool


class HeldRole(NamedTuple):
    """The role of a user."""

    role: str


select_user = Query(
    select(*SUMMARY, *PROFILE).where(User.id == bindparam("user_id"), User.deleted_at.is_(None)), UserRecord
)
"""Value: ``user_id``."""
select_users_among = Query(
    select(*SUMMARY, *PROFILE).where(is_among(User.id, "ids"), User.deleted_at.is_(None)), UserRecord
)
"""Value: ``ids``, a JSON array as text."""

select_credentials = Query(
    select(
        *SUMMARY,
        User.password_hash.label("password_hash"),
        HAS_SECOND_FACTOR.label("has_second_factor"),
        User.must_change_password,
    )
    .where(or_(User.username_key == bindparam("account_key"), User.email_key == bindparam("account_key")), ACTIVE)
    .order_by((User.username_key == bindparam("account_key")).desc())
    .limit(1),
    Credentials,
)
"""
The account that can log in with this username or e-mail address; a username takes precedence. Value: ``account_key``,
folded.
"""

select_users_called = Query(
    select(*SUMMARY, *PROFILE)
    .where(
        User.deleted_at.is_(None),
        or_(
            User.id == bindparam("user_id"),
            User.username_key == bindparam("name_key"),
            User.email_key == bindparam("name_key"),
        ),
    )
    .limit(SHOWN_IN_MESSAGES + 1),
    UserRecord,
)
"""Accounts by id, or by the folded username or e-mail address. Values: ``user_id``, ``name_key``."""

select_users_displayed = Query(
    select(*SUMMARY, *PROFILE)
    .where(User.deleted_at.is_(None), User.display_name_key == bindparam("display_name_key"))
    .order_by(User.id)
    .limit(SHOWN_IN_MESSAGES + 1),
    UserRecord,
)
"""Accounts by display name. Value: ``display_name_key``, folded."""

_password_hash = select(User.password_hash.label("password_hash")).where(
    User.id == bindparam("user_id"), User.deleted_at.is_(None), User.disabled_at.is_(None)
)
select_password_hash = Query(_password_hash, PasswordHash)

select_stored_hash = Query(
    select(User.password_hash.label("password_hash")).where(User.id == bindparam("user_id"), User.deleted_at.is_(None)),
    PasswordHash,
)
"""The same, of disabled accounts too. Value: ``user_id``."""

hold_password_hash = Query(_password_hash.with_for_update(read=True), PasswordHash)
"""The same, locked against changes until the transaction ends. Value: ``user_id``."""

hold_role = Query(
    select(User.role.label("role"))
    .where(User.id == bindparam("user_id"), User.deleted_at.is_(None), User.disabled_at.is_(None))
    .with_for_update(read=True),
    HeldRole,
)
"""The role of a user who is not disabled, locked against changes until the transaction ends. Value: ``user_id``."""

lock_users = (
    select(User)
    .where(User.id.in_(bindparam("user_ids", expanding=True)), User.deleted_at.is_(None))
    .order_by(IS_ADMIN.desc(), User.id)
    .with_for_update(key_share=True)
    .execution_options(populate_existing=True)
)
"""
Living accounts, locked for changes. To avoid deadlocks, administrators are locked first, as by ``lock_admins``. Value:
``user_ids``.
"""

lock_admins = Query(
    select(User.id.label("id"), User.disabled_at.is_(None).label("enabled"), User.service_account)
    .where(IS_ADMIN, User.deleted_at.is_(None), ~User.pending)
    .order_by(User.id)
    .with_for_update(key_share=True),
    LockedAdmin,
)
"""
All administrators, enabled or not, locked in a fixed order, so that two administrators who demote each other at once do
not leave the installation without one.
"""

select_any_admin = Query(select(User.id.label("id")).where(IS_ADMIN, ACTIVE).limit(1), Id)

select_first_admin = Query(
    select(User.id.label("id")).where(IS_ADMIN, ACTIVE).order_by(User.created_at, User.id).limit(1), Id
)
"""The active administrator with the oldest account."""


IN_STATE: dict[AccountState, ColumnElement[bool]] = {
    AccountState.ACTIVE: ACTIVE,
    AccountState.PENDING: User.pending.is_(True),
    AccountState.DISABLED: User.disabled_at.is_not(None),
}


def _sorted(sort: str, *, descending: bool) -> Order:
    """The order, with ties broken by id so that pages never overlap."""
    if sort == "username":
        return by_name(User.username_key, User.username, User.id, descending=descending)
    if sort == "last_seen_at":
        return [*nulls_least(User.last_seen_at, descending=descending), (User.id, False)]
    column = {"created_at": User.created_at, "role": User.role}[sort]
    return [(column, descending), (User.id, False)]


_can_be_restored = User.deleted_at > bindparam("since", type_=User.deleted_at.type)
select_deleted_called = Query(
    select(*SUMMARY, *PROFILE)
    .where(
        _can_be_restored,
        or_(
            User.id == bindparam("user_id"),
            func.lower(User.username) == bindparam("name"),
            func.lower(User.email) == bindparam("name"),
        ),
    )
    .limit(SHOWN_IN_MESSAGES + 1),
    UserRecord,
)
"""
Deleted accounts by id, or by username or e-mail address, that were deleted after ``since``. Values: ``user_id``,
``name`` in lower case, ``since``.
"""


class DeletedUser(NamedTuple):
    """A deleted account."""

    id: UUID
    username: str
    role: str
    created_at: datetime | None
    email: str | None
    deleted_at: datetime


@cache
def select_deleted(*, capped: bool) -> PageQuery[DeletedUser]:
    """A page of the accounts that were deleted after ``since``, the latest first."""
    hits = select(User.id).where(_can_be_restored)
    order: Order = [(User.deleted_at, True), (User.id, True)]
    columns = (*SUMMARY, User.email, User.deleted_at)
    return PageQuery(paged(hits, User.id, columns, order, capped=capped), DeletedUser)


@cache
def select_inactive(*, capped: bool) -> PageQuery[UserRecord]:
    """
    A page of the active accounts that were last seen before ``since``, or never and created before it, the longest
    unseen first.
    """
    last = func.coalesce(User.last_seen_at, User.created_at)
    hits = select(User.id).where(
        ACTIVE, User.id != ANONYMOUS_ID, last < bindparam("since", type_=User.last_seen_at.type)
    )
    order: Order = [(last, False), (User.id, False)]
    return PageQuery(paged(hits, User.id, (*SUMMARY, *PROFILE), order, capped=capped), UserRecord)


EXACT = {
    "exact_username": User.username_key,
    "exact_email": User.email_key,
    "exact_external_id": User.external_id,
    CREATED_AFTER: User.created_at,
}


@cache
def select_users(
    *,
    match: Match | None,
    few: bool,
    sort: str,
    descending: bool,
    capped: bool,
    role: Role | None = None,
    state: AccountState | None = None,
    only: tuple[str, ...] = (),
    after: After | None = None,
) -> PageQuery[UserListed]:
    """
    A page of the living accounts. A search looks in usernames, e-mail addresses and display names.

    :param role: only accounts with this role
    :param state: only accounts in this state
    :param only: the parameters of exact filters; see ``EXACT``
    """
    hits = exactly(select(User.id).where(User.deleted_at.is_(None)), EXACT, only)
    if role is not None:
        hits = hits.where(IS_ADMIN if role is Role.ADMIN else User.role == literal_column(f"'{role.value}'"))
    if state is not None:
        hits = hits.where(IN_STATE[state])
    if match is Match.PATTERN:
        hits = hits.where(
            or_(like_folded(User.username_key), like_folded(User.email_key), like_folded(User.display_name_key))
        )
    elif match is Match.PHRASE:
        hits = hits.where(in_index(User.id, "search_user"))
    columns = (
        *SUMMARY,
        *PROFILE,
        User.logo_url,
        User.updated_at,
        User.deleted_at,
        personal_websites,
    )
    order = _sorted(sort, descending=descending)
    return PageQuery(paged(hits, User.id, columns, order, few=few, capped=capped, keyed=True, after=after), UserListed)
