"""Granting, changing and revoking access to websites."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any
from uuid import UUID

from app.db.reads import fetch_all
from app.db.session import Unit, retried, transaction
from app.domain import policy
from app.domain.actor import Actor
from app.domain.errors import (
    CapabilitiesWithoutRole,
    HasAllAccess,
    NoRole,
    NoWebsites,
    OnlyViews,
    OwnGrant,
    UnknownCapability,
    UnknownName,
    UnknownReference,
    UnknownRole,
    UnknownWebsites,
    WebsiteDenied,
)
from app.domain.permissions import Permission
from app.domain.roles import RANKS, ROLE_OF_RANK, Role, SiteRole
from app.models import ANONYMOUS_ID, User, utcnow
from app.queries import grants as queries
from app.queries.rows import WebsiteRights
from app.runtime import runtime
from app.services import events
from app.services.access.holders import ensure_anonymous, grants_of
from app.services.acting import lock_user
from app.services.events import CapabilitiesChanged, GrantsChanged, OldGrant

AT_ONCE = 1000
"""The most websites that one statement names."""


@retried
def set_access(
    actor: Actor,
    user_id: UUID,
    website_ids: Sequence[UUID],
    role: SiteRole | None,
    *,
    capabilities: Collection[str] | None = None,
) -> None:
    """
    Grant a user one role on some websites, or with None revoke role and capabilities: on all the websites or on none.

    ``ANONYMOUS_ID`` can only be granted ``view``. Its account is created with the first grant.

    :param capabilities: the exact capabilities to have beside the role; by default, existing ones that the role does
        not imply are kept
    :raises Invalid: ``UnknownRole``, ``UnknownCapability``, ``NoWebsites``; there is no such user, and the actor is not
        an administrator
    :raises Denied: ``WebsiteDenied``: the actor does not administer one of the websites
    :raises NotFound: ``UnknownWebsites``; there is no such user
    :raises Conflict: ``HasAllAccess``: the user is an administrator; ``OnlyViews``; ``AnonymousTaken``; ``OwnGrant``:
        the user is the actor, and would get more than now (users can lower or give up their own grants)
    """
    role = None if role is None else _site_role(role)
    wanted = None if capabilities is None else _known(capabilities)
    if role is None and wanted:
        raise CapabilitiesWithoutRole("capabilities")
    with transaction() as session:
        holder = lock_user(session, actor, user_id)
        ids = _administered(actor, website_ids)
        if user_id == ANONYMOUS_ID:
            if role not in (None, SiteRole.VIEW) or wanted:
                raise OnlyViews
            if holder is None and role is None:
                return
            holder = holder or ensure_anonymous(session)
        _require_ordinary(actor, holder)
        before = [grant for part in _parts(ids) for grant in grants_of(user_id, part)]
        if actor.is_user(user_id) and role is not None:
            _require_no_gain(before, ids, role, wanted)
        for part in _parts(ids):
            _set(session, actor, user_id, part, role, wanted)
        events.record(session, GrantsChanged(actor, user_id, ids, before, role, wanted))


def _set(
    session: Unit, actor: Actor, user_id: UUID, ids: Sequence[UUID], role: SiteRole | None, wanted: list[str] | None
) -> None:
    of_pairs: dict[str, Any] = {"user_id": user_id, "website_ids": ids}
    if role is None:
        session.execute(queries.delete_all_capabilities, of_pairs)
        session.execute(queries.delete_grants, of_pairs)
        return
    dialect, now = session.get_bind().dialect.name, utcnow()
    grant = {"user_id": user_id, "role": role.value, "granted_by": actor.id, "updated_at": now, "created_at": now}
    upsert = queries.upsert_grants(dialect, keep_granter=actor.is_user(user_id))
    session.execute(upsert, [{**grant, "website_id": website_id} for website_id in ids])
    implied = runtime().capabilities.included_in(role)
    if wanted is None:
        session.execute(queries.delete_capabilities(others=False), {**of_pairs, "capabilities": implied})
        return
    explicit = [capability for capability in wanted if capability not in implied]
    session.execute(queries.delete_capabilities(others=True), {**of_pairs, "capabilities": explicit})
    _add(session, user_id, [(website_id, capability) for website_id in ids for capability in explicit])


@retried
def add_capabilities(actor: Actor, user_id: UUID, website_ids: Sequence[UUID], capabilities: Collection[str]) -> None:
    """
    Grant a user capabilities on websites that the user has access to, by a grant or otherwise.

    Capabilities that the user has already, or that the user's access level implies, are skipped.

    :raises Conflict: ``NoRole``: the user has no access to one of the websites; ``OnlyViews``; ``OwnGrant``: the user
        is the actor; otherwise as ``set_access``
    """
    wanted, known = _known(capabilities), runtime().capabilities
    with transaction() as session:
        holder = lock_user(session, actor, user_id)
        ids = _administered(actor, website_ids)
        if user_id == ANONYMOUS_ID:
            raise OnlyViews(capabilities=True)
        holder = _require_ordinary(actor, holder)
        if actor.is_user(user_id):
            raise OwnGrant
        for part in _parts(ids):
            found = fetch_all(queries.select_ranks, user_id=user_id, website_ids=part)
            roles = {row.website_id: ROLE_OF_RANK[row.rank] for row in found}
            for website_id in part:
                if website_id not in roles:
                    raise NoRole(holder.username, website_id)
            implied = {role: known.included_in(role) for role in SiteRole}
            pairs = ((website_id, name) for website_id in part for name in wanted)
            _add(session, user_id, [(where, name) for where, name in pairs if name not in implied[roles[where]]])
        events.record(session, CapabilitiesChanged(actor, user_id, ids, added=wanted))


@retried
def remove_capabilities(
    actor: Actor, user_id: UUID, website_ids: Sequence[UUID], capabilities: Collection[str]
) -> None:
    """
    Revoke a user's capabilities on some websites.

    Capabilities that the user's access level implies remain. Those that the user does not have are skipped.

    :raises Invalid, Denied, NotFound: see ``set_access``
    """
    wanted = _known(capabilities)
    with transaction() as session:
        holder = lock_user(session, actor, user_id)
        ids = _administered(actor, website_ids)
        _require_known(actor, holder)
        for part in _parts(ids):
            values = {"user_id": user_id, "website_ids": part, "capabilities": wanted}
            session.execute(queries.delete_capabilities(others=False), values)
        events.record(session, CapabilitiesChanged(actor, user_id, ids, removed=wanted))


def _site_role(role: str) -> SiteRole:
    try:
        return SiteRole(role)
    except ValueError:
        raise UnknownRole("role", role) from None


def _known(capabilities: Collection[str]) -> list[str]:
    known = runtime().capabilities
    for capability in capabilities:
        if capability not in known:
            raise UnknownCapability("capabilities", capability)
    return known.ordered(capabilities)


def _administered(actor: Actor, website_ids: Sequence[UUID]) -> list[UUID]:
    """
    Lock the websites until the transaction ends, and return their ids, sorted and without duplicates.

    :raises NoWebsites, WebsiteDenied, UnknownWebsites: see ``set_access``
    """
    wanted = list(dict.fromkeys(website_ids))
    if not wanted:
        raise NoWebsites("website_ids")
    found: dict[UUID, WebsiteRights] = {}
    ordered = sorted(wanted)
    for part in _parts(ordered):
        rows = fetch_all(queries.lock_websites, website_ids=part, actor_id=actor.id)
        found |= {row.id: row for row in rows}
    if not actor.is_admin:
        for website_id in wanted:
            row = found.get(website_id)
            if row is None or not policy.can_change_website(actor, row, Permission.WEBSITE_ACCESS):
                raise WebsiteDenied(website_id, SiteRole.ADMIN)
    missing = [website_id for website_id in wanted if website_id not in found]
    if missing:
        raise UnknownWebsites(tuple(missing))
    return ordered


def _require_known(actor: Actor, holder: User | None) -> User:
    if holder is None:
        raise UnknownName("user") if actor.is_admin else UnknownReference("user_id", "user")
    return holder


def _require_ordinary(actor: Actor, holder: User | None) -> User:
    """Return the user. :raises HasAllAccess: the user is an administrator"""
    found = _require_known(actor, holder)
    if found.role == Role.ADMIN:
        raise HasAllAccess(found.username)
    return found


def _require_no_gain(
    before: Sequence[OldGrant], ids: Sequence[UUID], role: SiteRole, wanted: Sequence[str] | None
) -> None:
    """
    Make sure that users do not raise their own grants.

    Such a grant would remain when what gives them admin access ends, a team membership for example.

    :raises OwnGrant: the user is granted less than this on one of the websites
    """
    held = {grant.website_id: grant for grant in before}
    implied = runtime().capabilities.included_in
    for website_id in ids:
        grant = held.get(website_id)
        if grant is None or grant.role is None or RANKS[role] > RANKS[granted := SiteRole(grant.role)]:
            raise OwnGrant
        if not set(wanted or ()) <= {*grant.capabilities, *implied(granted)}:
            raise OwnGrant


def _parts(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))


def _add(session: Unit, user_id: UUID, pairs: Sequence[tuple[UUID, str]]) -> None:
    if pairs:
        now = utcnow()
        rows = [
            {"website_id": website_id, "user_id": user_id, "capability": capability, "created_at": now}
            for website_id, capability in pairs
        ]
        session.execute(queries.add_capabilities(session.get_bind().dialect.name), rows)
