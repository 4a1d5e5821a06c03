"""The differences of accounts and of the keys of service accounts."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from app.db.session import retried, transaction
from app.domain.actor import Actor
from app.domain.folding import fold
from app.domain.names import ANONYMOUS, clean_username, new_display_name, new_username
from app.domain.permissions import stronger_role
from app.domain.roles import Role
from app.services.invitations import manage
from app.services.state.changes import Delivery, Fields, Phase, Plan
from app.services.state.current import StateUser
from app.services.state.documents import Entry, Route
from app.services.state.keys import plan_keys
from app.services.users import accounts, disabling, profiles

COLUMNS = {"role": "role", "email": "email", "displayName": "display_name", "disabled": "disabled"}


def plan_users(plan: Plan) -> None:
    """Plan the changes of accounts, and add new ones to ``plan.current``, so that the file can refer to them."""
    if not plan.document.manages("users"):
        return
    listed: dict[str, tuple[Route, Entry]] = {}
    for route, entry in plan.document.entries("users"):
        key = fold(entry["username"])
        if key in listed:
            plan.report_twice(route, entry["username"], listed[key][0])
        elif key == ANONYMOUS and key not in plan.current.users:
            plan.report(route, f"{ANONYMOUS} stands for visitors who are not logged in, and is no account.")
        else:
            listed[key] = route, entry
    for key, user in [*plan.current.users.items()]:
        if key not in listed:
            plan.drop(user, "user", user.username, Phase.DELETE_USERS, partial(_delete, user))
    free = _addresses(plan, listed)
    for key, (route, entry) in listed.items():
        found = plan.current.users.get(key)
        if "password" in entry and (found.service_account if found else entry.get("serviceAccount")):
            plan.report((*route, "password"), "A service account has no password.")
        if found is None:
            _plan_new(plan, key, route, entry)
        else:
            _plan_existing(plan, found, route, entry, freed=found in free)
        if "keys" in entry:
            plan_keys(plan, plan.current.users[key], route, entry["keys"])


def _addresses(plan: Plan, listed: Mapping[str, tuple[Route, Entry]]) -> set[StateUser]:
    """
    Plan to remove the e-mail addresses that one account gives up and another one takes, and return the former accounts.

    So accounts can exchange addresses, in any order of changes.
    """
    holders = {fold(user.email): user for user in plan.current.users.values() if user.email}
    freed: set[StateUser] = set()
    for key, (route, entry) in listed.items():
        holder = holders.get(fold(entry.get("email") or ""))
        if holder is None or fold(holder.username) == key or holder in freed:
            continue
        other = listed.get(fold(holder.username))
        gives_up = plan.is_gone(holder) or (
            other is not None and "email" in other[1] and fold(other[1]["email"] or "") != fold(holder.email or "")
        )
        if not gives_up:
            plan.report((*route, "email"), f"{entry['email']} is the address of {holder.username}.")
            continue
        freed.add(holder)
        plan.add(
            "update",
            "user",
            holder.username,
            Phase.FREE_ADDRESSES,
            partial(_update, holder, {"email": None}),
            {"email": (holder.email, None)},
        )
    return freed


def _cleaned(plan: Plan, route: Route, entry: Entry) -> dict[str, Any]:
    """Return the values of an entry that are managed, as they would be stored, by the file's names."""
    values = {name: entry[name] for name in COLUMNS if name in entry}
    if values.get("email"):
        values["email"] = plan.checked((*route, "email"), lambda: profiles.clean_email(entry["email"]))
    if values.get("displayName"):
        shown = entry["displayName"]
        values["displayName"] = plan.checked((*route, "displayName"), lambda: new_display_name(shown))
    return {name: None if value == "" else value for name, value in values.items()}


def _plan_new(plan: Plan, key: str, route: Route, entry: Entry) -> None:
    name = plan.checked((*route, "username"), lambda: new_username(entry["username"]))
    values = _cleaned(plan, route, entry)
    service, source = entry.get("serviceAccount", False), entry.get("password")
    user = StateUser(
        name or entry["username"],
        role=values.get("role", Role.USER),
        email=values.get("email"),
        display_name=values.get("displayName"),
        disabled=values.get("disabled", False),
        service_account=service,
        pending=not service and not source,
    )
    plan.current.users[key] = user
    fields: Fields = {"role": (None, user.role)}
    fields |= {field: (None, value) for field, value in values.items() if value and field != "role"}
    if service:
        fields["serviceAccount"] = None, True
    elif source:
        plan.sources[route] = source
        fields["password"] = None, " ".join(f"from {kind} {place}" for kind, place in source.items())
    else:
        fields["invited"] = None, True
    plan.add("create", "user", user.username, Phase.CREATE_USERS, partial(_create, user, route), fields)


def _plan_existing(plan: Plan, user: StateUser, route: Route, entry: Entry, *, freed: bool) -> None:
    if entry.get("serviceAccount", user.service_account) != user.service_account:
        plan.report((*route, "serviceAccount"), f"{user.username} exists; serviceAccount cannot be changed.")
    raw = {name: entry[name] for name in COLUMNS if name in entry and entry[name] != getattr(user, COLUMNS[name])}
    values = _cleaned(plan, route, raw)
    fields: Fields = {}
    for name, value in values.items():
        old = getattr(user, COLUMNS[name])
        if value != old:
            fields[name] = (None if freed and name == "email" else old), value
    if entry["username"] != user.username:
        called = plan.checked((*route, "username"), lambda: clean_username(entry["username"]))
        if called and called != user.username:
            fields["username"] = user.username, called
    if user.pending and "role" in fields and stronger_role(user.role, fields["role"][1]) == user.role:
        plan.report(
            (*route, "role"),
            f"{user.username} was invited as {user.role}. To lower the role, revoke the invitation: "
            f"frontdesk invitations revoke {user.username}",
        )
    if plan.set_passwords and "password" in entry and not user.pending:  # an invited user chooses it
        plan.sources[route] = entry["password"]
        fields["password"] = None, "set again"
    demoted = user.role == Role.ADMIN and (fields.get("role") or fields.get("disabled", (None, False))[1])
    if fields:
        run = partial(_update, user, {name: new for name, (_, new) in fields.items()}, route=route)
        phase = Phase.DEMOTE_USERS if demoted else Phase.UPDATE_USERS
        plan.add("update", "user", user.username, phase, run, fields)
    for name, value in values.items():
        setattr(user, COLUMNS[name], value)


@retried
def _create(user: StateUser, route: Route, actor: Actor, plan: Plan, _delivery: Delivery) -> None:
    given: dict[str, Any] = {"username": user.username, "email": user.email, "role": user.role}
    with transaction():
        if user.pending:
            user.id = manage.invite(actor, **given).user_id
            if user.display_name:
                accounts.update_user(actor, user.stored_id, display_name=user.display_name)
        else:
            made = accounts.create_user(
                actor,
                **given,
                display_name=user.display_name,
                password=plan.passwords.get(route),
                service_account=user.service_account,
            )
            user.id = made.id
        if user.disabled:
            disabling.disable_user(actor, user.stored_id)


@retried
def _update(
    user: StateUser,
    values: Mapping[str, Any],
    actor: Actor,
    plan: Plan,
    _delivery: Delivery,
    *,
    route: Route = (),
) -> None:
    given = {COLUMNS.get(name, name): value for name, value in values.items() if name != "disabled"}
    if "password" in given:
        given["password"] = plan.passwords[route]
    with transaction():
        if given:
            accounts.update_user(actor, user.stored_id, **given)
        if "disabled" in values:
            (disabling.disable_user if values["disabled"] else disabling.enable_user)(actor, user.stored_id)


def _delete(user: StateUser, actor: Actor, _plan: Plan, _delivery: Delivery) -> None:
    accounts.delete_user(actor, user.stored_id)
