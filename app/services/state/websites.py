"""The differences of websites."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from app.domain.actor import Actor
from app.domain.names import check_new_name
from app.services.state.changes import Delivery, Fields, Phase, Plan
from app.services.state.current import StateTeam, StateUser, StateWebsite, by_name
from app.services.state.documents import Entry, Route
from app.services.state.matching import match
from app.services.websites import moving, websites

Owner = StateUser | StateTeam


def plan_websites(plan: Plan) -> None:
    """Plan the changes of websites, and add new ones to ``plan.current``, so that grants can refer to them."""
    if not plan.document.manages("websites"):
        return
    before = [*plan.current.websites]
    matched = match(
        plan,
        "websites",
        before,
        lambda entry: (entry["name"], entry.get("domain")),
        lambda website: (website.name, website.domain),
    )
    found = {id(website) for _, _, website in matched}
    for website in before:
        if id(website) not in found:
            plan.drop(website, "website", label(website), Phase.DELETE_WEBSITES, partial(_delete, website))
    teams = by_name(team for team in plan.current.teams if not plan.is_gone(team))
    for route, entry, known in matched:
        owner = _owner(plan, teams, route, entry)
        if known is None or known.name != entry["name"]:
            plan.checked((*route, "name"), partial(check_new_name, entry["name"]))
        if known is None:
            _plan_new(plan, route, entry, owner)
        else:
            _plan_existing(plan, entry, known, owner)


def label(website: StateWebsite) -> str:
    """Return what a website is called in messages."""
    return f"{website.name} ({website.domain})" if website.domain else website.name


def _owner(plan: Plan, teams: Mapping[str, list[StateTeam]], route: Route, entry: Entry) -> Owner | None:
    if "owner" in entry and "team" in entry:
        plan.report((*route, "team"), "A website belongs to a user (owner) or to a team, not to both.")
    elif "owner" in entry:
        user = plan.user((*route, "owner"), entry["owner"])
        if user is not plan.current.anonymous:
            return user
        plan.report((*route, "owner"), f"{user.username} stands for visitors who are not logged in, and owns nothing.")
    elif "team" in entry:
        called = teams.get(entry["team"], [])
        if len(called) == 1:
            return called[0]
        ids = ", ".join(str(team.id) for team in called if team.id)
        message = f"There are several teams of this name. Use an id: {ids}" if called else "There is no such team."
        plan.report((*route, "team"), message)
    return None


def _owned(owner: Owner | None) -> tuple[str, str] | None:
    """Return the key and the value with which a file names an owner."""
    if owner is None:
        return None
    return ("owner", owner.username) if isinstance(owner, StateUser) else ("team", owner.name)


def _plan_new(plan: Plan, route: Route, entry: Entry, owner: Owner | None) -> None:
    website = StateWebsite(entry["name"], entry.get("domain"), owner)
    plan.current.websites.append(website)
    owned = _owned(owner)
    if owned is None:
        if "owner" not in entry and "team" not in entry:
            plan.report(route, f"The website {label(website)} is new, so it needs an owner or a team.")
        return
    plan.add(
        "create", "website", label(website), Phase.WEBSITES, partial(_create, website), {owned[0]: (None, owned[1])}
    )


def _plan_existing(plan: Plan, entry: Entry, website: StateWebsite, owner: Owner | None) -> None:
    fields: Fields = {
        name: (getattr(website, name), entry[name])
        for name in ("name", "domain")
        if name in entry and entry[name] != getattr(website, name)
    }
    changes = {name: new for name, (_, new) in fields.items()}
    moves = owner is not None and owner is not website.owner
    if moves:
        for side, owned in ((0, _owned(website.owner)), (1, _owned(owner))):
            if owned is not None:
                pair = [*fields.get(owned[0], (None, None))]
                pair[side] = owned[1]
                fields[owned[0]] = pair[0], pair[1]
    if fields:
        run = partial(_update, website, changes, owner if moves else None)
        plan.add("update", "website", label(website), Phase.WEBSITES, run, fields)
    website.name, website.domain = entry["name"], entry.get("domain", website.domain)
    website.owner = owner or website.owner


def _of(owner: Owner | None) -> dict[str, UUID | None]:
    if owner is None:
        return {}
    return {"user_id" if isinstance(owner, StateUser) else "team_id": owner.stored_id}


def _create(website: StateWebsite, actor: Actor, _plan: Plan, _delivery: Delivery) -> None:
    ids = _of(website.owner)
    made = websites.create_website(
        actor, name=website.name, domain=website.domain, owner_id=ids.get("user_id"), team_id=ids.get("team_id")
    )
    website.id = made.id


def _update(
    website: StateWebsite,
    changes: Mapping[str, Any],
    owner: Owner | None,
    actor: Actor,
    _plan: Plan,
    _delivery: Delivery,
) -> None:
    if changes:
        websites.update_website(actor, website.stored_id, **changes)
    if owner is not None:
        moving.move_website(actor, website.stored_id, **_of(owner))


def _delete(website: StateWebsite, actor: Actor, _plan: Plan, _delivery: Delivery) -> None:
    websites.delete_website(actor, website.stored_id)
