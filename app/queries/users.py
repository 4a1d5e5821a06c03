"""Statements about accounts."""

from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, or_, select

from app.db.sql.pagination import paged
from app.db.sql.search import Match, in_index, like_folded
from app.models import IS_ADMIN, User, Website

SORTS = {"created_at": User.created_at, "username": User.username, "role": User.role}

SUMMARY = (User.id.label("id"), User.username, User.role, User.created_at)

personal_websites = (
    select(func.count())
    .select_from(Website)
    .where(Website.user_id == User.id, Website.deleted_at.is_(None))
    .correlate(User)
    .scalar_subquery()
    .label("website_count")
)

PROFILE = (User.email, User.display_name, User.last_seen_at, User.pending)
"""What an account says of itself beyond Umami's columns."""

select_user = select(*SUMMARY, *PROFILE).where(User.id == bindparam("user_id"), User.deleted_at.is_(None))
"""Value: ``user_id``."""

select_credentials = select(*SUMMARY, User.password_hash.label("password_hash")).where(
    User.username_key == bindparam("username_key"), User.deleted_at.is_(None), ~User.pending
)
"""Whoever may log in by a name. Value: ``username_key``, folded."""

select_credentials_of_account = (
    select(*SUMMARY, User.username_key, User.password_hash.label("password_hash"))
    .where(
        or_(User.username_key == bindparam("account_key"), User.email_key == bindparam("account_key")),
        User.deleted_at.is_(None),
        ~User.pending,
    )
    .order_by((User.username_key == bindparam("account_key")).desc())
    .limit(1)
)
"""Whoever may log in by a name or an e-mail address. Value: ``account_key``, folded."""

select_users_called = (
    select(*SUMMARY, *PROFILE)
    .where(
        User.deleted_at.is_(None),
        or_(User.id == bindparam("user_id"), User.username_key == bindparam("username_key")),
    )
    .limit(2)
)
"""Up to two accounts of an id or folded name. Values: ``user_id``, ``username_key``."""

select_password_hash = select(User.password_hash.label("password_hash")).where(
    User.id == bindparam("user_id"), User.deleted_at.is_(None)
)

hold_password_hash = select_password_hash.with_for_update(read=True)
"""The same, and nobody changes it until the transaction ends. Value: ``user_id``."""

lock_user = select(User.id).where(User.id == bindparam("user_id")).with_for_update(key_share=True)
"""The account, as everybody locks it who changes it or its logins. Value: ``user_id``."""

lock_admins = (
    select(User.id)
    .where(IS_ADMIN, User.deleted_at.is_(None), ~User.pending)
    .order_by(User.id)
    .with_for_update(key_share=True)
)
"""All administrators, locked in one order: two who demote each other meet here (W4)."""

select_any_admin = select(User.id).where(IS_ADMIN, User.deleted_at.is_(None), ~User.pending).limit(1)

select_first_admin = (
    select(User.id.label("id"))
    .where(IS_ADMIN, User.deleted_at.is_(None), ~User.pending)
    .order_by(User.created_at, User.id)
    .limit(1)
)
"""The administrator who has been here longest."""


@cache
def select_users(*, match: Match | None, few: bool, sort: str, descending: bool, capped: bool) -> Select[Any]:
    """Living accounts, a page; ties broken by id so that pages never overlap."""
    hits = select(User.id).where(User.deleted_at.is_(None))
    if match is Match.PATTERN:
        hits = hits.where(like_folded(User.username_key))
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
    return paged(hits, User.id, columns, [(SORTS[sort], descending), (User.id, False)], few=few, capped=capped)
