"""The differences of grants."""

from collections.abc import Mapping, Sequence
from functools import partial
from uuid import UUID

from app.domain.actor import Actor
from app.domain.roles import Role, SiteRole
from app.models import ANONYMOUS_ID
from app.runtime import runtime
from app.services.access import grants
from app.services.state.changes import Action, Delivery, Fields, Phase, Plan
from app.services.state.current import StateGrant, StateUser, StateWebsite, by_name, strongest_access
from app.services.state.documents import Entry, Route, nearest
from app.services.state.websites import label

Pair = tuple[StateUser, StateWebsite]


def plan_grants(plan: Plan) -> None:
    """Plan the changes of grants, after accounts and websites have been planned."""
    if not plan.document.manages("grants"):
        return
    websites = by_name(website for website in plan.current.websites if not plan.is_gone(website))
    listed: dict[Pair, Route] = {}
    for route, entry in plan.document.entries("grants"):
        pair = _pair(plan, websites, route, entry)
        if pair is None:
            continue
        if pair in listed:
            plan.report_twice(route, "This grant", listed[pair])
            continue
        listed[pair] = route
        _plan_one(plan, route, entry, pair, plan.current.grants.get(pair, StateGrant()))
    for pair in plan.current.grants:
        # What an account or a website has ends with it, and grants end when their user becomes an administrator.
        if pair not in listed and pair[0].role != Role.ADMIN and not any(map(plan.is_gone, pair)):
            plan.drop(pair, "grant", _label(pair), Phase.DELETE_GRANTS, partial(_revoke, pair))


def _pair(plan: Plan, websites: Mapping[str, list[StateWebsite]], route: Route, entry: Entry) -> Pair | None:
    user = plan.user((*route, "user"), entry["user"])
    called = websites.get(entry["website"], [])
    if len(called) != 1:
        ids = ", ".join(str(website.id) for website in called if website.id)
        several = f"There are several websites of this name. Use the domain, or an id: {ids}"
        plan.report((*route, "website"), several if called else "There is no such website.")
    if user is None or len(called) != 1:
        return None
    if user.role == Role.ADMIN:
        plan.report((*route, "user"), f"{user.username} is an administrator, who has access to all websites anyway.")
        return None
    return user, called[0]


def _label(pair: Pair) -> str:
    return f"{pair[0].username} on {label(pair[1])}"


def _plan_one(plan: Plan, route: Route, entry: Entry, pair: Pair, old: StateGrant) -> None:
    role, given = entry.get("role"), entry.get("capabilities")
    if role is None and given is None:
        plan.report(route, "A grant needs a role or capabilities.")
        return
    known = runtime().capabilities
    unknown = [name for name in given or () if name not in known]
    for name in unknown:
        plan.report((*route, "capabilities"), f"There is no capability {name}{nearest(name, list(known))}")
    if pair[0].id == ANONYMOUS_ID and (role != SiteRole.VIEW or given):
        plan.report(route, f"{pair[0].username} can only be granted the role view.")
        return
    result = role or strongest_access(*pair, old.role)
    if result is None and given:
        plan.report(route, f"{pair[0].username} has no access to this website yet. Add a role.")
        return
    implied = known.included_in(result and SiteRole(result))
    wanted = None if given is None else {name for name in given if name not in implied}
    fields: Fields = {}
    if role is not None and role != old.role:
        fields["role"] = old.role, role
    # Without a change of the list, a new role ends what it implies by itself.
    held = old.capabilities - {*implied}
    if wanted is not None and wanted != held:
        fields["capabilities"] = known.ordered(held) or None, known.ordered(wanted)
    if not fields or unknown:
        return
    run = partial(_set, pair, role, None if wanted is None else known.ordered(wanted), sorted(held - (wanted or held)))
    action: Action = "update" if old.role or old.capabilities else "create"
    plan.add(action, "grant", _label(pair), Phase.GRANTS, run, fields)


def _ids(pair: Pair) -> tuple[UUID, list[UUID]]:
    user, website = pair
    return user.stored_id, [website.stored_id]


def _set(
    pair: Pair,
    role: str | None,
    capabilities: Sequence[str] | None,
    ended: Sequence[str],
    actor: Actor,
    _plan: Plan,
    _delivery: Delivery,
) -> None:
    if role is not None:
        grants.set_access(actor, *_ids(pair), SiteRole(role), capabilities=capabilities)
        return
    if ended:
        grants.remove_capabilities(actor, *_ids(pair), ended)
    if capabilities:
        grants.add_capabilities(actor, *_ids(pair), capabilities)


def _revoke(pair: Pair, actor: Actor, _plan: Plan, _delivery: Delivery) -> None:
    grants.set_access(actor, *_ids(pair), None)
