"""Direct rights on websites: given, changed, taken away (domain.md, section 3)."""

from collections import defaultdict
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
from app.services.access.holders import ensure_anonymous
from app.services.acting import lock_user
from app.services.events import CapabilitiesChanged, GrantsChanged

AT_ONCE = 1000
"""Websites that one statement names."""


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
    Give a user one direct role on some websites, or with None take role and capabilities away: on all of them or none.

    For ``ANONYMOUS_ID``, who may only view, the account is made when it is first granted something.

    :param capabilities: exactly which the user has beside the role; by default those stay that the role does not imply
    :raises Invalid: ``UnknownRole``, ``UnknownCapability``; no websites; no such user, for those who are no
        administrators
    :raises Denied: ``WebsiteDenied``
    :raises NotFound: ``UnknownWebsites``; there is no such user
    :raises Conflict: ``HasAllAccess``, ``OnlyViews``, ``AnonymousTaken``, ``OwnGrant``: to the actor, and more than the
        actor has by grant; to lower or to give up one's own grant is allowed
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
        if actor.is_user(user_id) and role is not None:
            _require_no_gain(user_id, ids, role, wanted)
        for part in _parts(ids):
            _set(session, actor, user_id, part, role, wanted)
        events.record(session, GrantsChanged(actor, user_id, ids, role, wanted))


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
    Give a user capabilities on some websites, beside the right that the user has there, wherever that comes from.
    What the right implies, or the user has, is passed over.

    :raises Conflict: ``NoRole`` on one of the websites; ``OnlyViews``; ``OwnGrant``: to the actor; otherwise as
        ``set_access``
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
    Take capabilities of a user on some websites away. What the user's right implies stays implied; what is not there
    is passed over.

    Raises as ``set_access`` does, ``Conflict`` aside.
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
    """The websites, each once, in the order of their ids, if the actor administers all of them; they stay that long."""
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
    """The user, who is there and no administrator."""
    found = _require_known(actor, holder)
    if found.role == Role.ADMIN:
        raise HasAllAccess(found.username)
    return found


def _require_no_gain(user_id: UUID, ids: Sequence[UUID], role: SiteRole, wanted: Sequence[str] | None) -> None:
    """
    A grant to oneself would outlast what one administers the websites by: a place in a team, say.

    :raises OwnGrant: the user has not as much by grant on each of the websites
    """
    roles: dict[UUID, SiteRole] = {}
    held: dict[UUID, set[str]] = defaultdict(set)
    for part in _parts(ids):
        of_pairs: dict[str, Any] = {"user_id": user_id, "website_ids": part}
        roles |= {row.website_id: SiteRole(row.role) for row in fetch_all(queries.select_grants, **of_pairs)}
        for row in fetch_all(queries.select_capabilities, **of_pairs):
            held[row.website_id].add(row.capability)
    implied = runtime().capabilities.included_in
    for website_id in ids:
        granted = roles.get(website_id)
        if granted is None or RANKS[role] > RANKS[granted]:
            raise OwnGrant
        if not set(wanted or ()) <= {*held[website_id], *implied(granted)}:
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
