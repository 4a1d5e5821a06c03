"""Statements that change direct grants on websites, or lock what such changes depend on."""

from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Delete, Insert, Uuid, bindparam, delete, null, select, union_all
from sqlalchemy.dialects import postgresql, sqlite

from app.db.sql.query import Query
from app.models import Grant, GrantedCapability, User, Website
from app.queries import access
from app.queries.access import Column, of_user
from app.queries.rows import WebsiteRights
from app.queries.websites import grant_role, team_role

DIALECTS: dict[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


class HeldOnWebsite(NamedTuple):
    """The role of a direct grant on a website, or a capability there."""

    website_id: UUID
    role: str | None
    capability: str | None


def _listed(website_id: Column) -> Any:
    return website_id.in_(bindparam("website_ids", type_=Uuid(), expanding=True))


lock_websites = Query(
    select(Website.id.label("id"), Website.user_id, Website.team_id, team_role, grant_role)
    .where(_listed(Website.id), Website.deleted_at.is_(None))
    .order_by(Website.id)
    .with_for_update(read=True, key_share=True, of=Website),
    WebsiteRights,
)
"""
Some living websites with the actor's roles, locked against deletion until the transaction ends. Values:
``website_ids``, ``actor_id``.
"""

select_ranks = access.select_rank(lambda user_id, website_id: (*of_user(user_id, website_id), _listed(website_id)))
"""The highest access level of a user on each of some websites. Values: ``user_id``, ``website_ids``."""

_of_user = {model: model.user_id == bindparam("user_id") for model in (Grant, GrantedCapability)}
_roles = select(Grant.website_id, Grant.role, null().label("capability"))
_capabilities = select(GrantedCapability.website_id, null().label("role"), GrantedCapability.capability)
select_held = Query(
    union_all(
        _roles.where(_of_user[Grant], _listed(Grant.website_id)),
        _capabilities.where(_of_user[GrantedCapability], _listed(GrantedCapability.website_id)),
    ),
    HeldOnWebsite,
)
delete_grants = delete(Grant).where(_of_user[Grant], _listed(Grant.website_id))
delete_all_capabilities = delete(GrantedCapability).where(
    _of_user[GrantedCapability], _listed(GrantedCapability.website_id)
)
"""A user's grants and capabilities on some websites. Values, also of the statements above: ``user_id``,
``website_ids``."""


@cache
def delete_capabilities(*, others: bool) -> Delete:
    """
    Delete a user's capabilities on some websites. Values: ``user_id``, ``website_ids``, ``capabilities``.

    :param others: delete all capabilities except those in ``capabilities``, instead of only these
    """
    named = GrantedCapability.capability.in_(bindparam("capabilities", expanding=True))
    return delete_all_capabilities.where(~named if others else named)


@cache
def upsert_grants(dialect: str, *, keep_granter: bool) -> Insert:
    """
    Insert grants, or change the role of existing ones. Concurrent requests neither fail nor create duplicates.

    :param keep_granter: leave ``granted_by`` of existing grants unchanged
    """
    made = DIALECTS[dialect](Grant.__table__)
    names = ("role", "updated_at") if keep_granter else ("role", "granted_by", "updated_at")
    changed = {name: made.excluded[name] for name in names}
    upsert: Insert = made.on_conflict_do_update(index_elements=["website_id", "user_id"], set_=changed)
    return upsert


@cache
def add_capabilities(dialect: str) -> Insert:
    """Insert capabilities, and skip those that exist."""
    added: Insert = DIALECTS[dialect](GrantedCapability.__table__).on_conflict_do_nothing()
    return added


@cache
def add_account(dialect: str) -> Insert:
    """Insert an account, unless its id or its name exists."""
    added: Insert = DIALECTS[dialect](User.__table__).on_conflict_do_nothing()
    return added
