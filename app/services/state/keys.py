"""The differences of the API keys of service accounts."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from app.db.session import transaction
from app.domain.actor import Actor
from app.domain.scopes import Scope, stored
from app.models import utcnow
from app.queries.state import KeyState
from app.services.acting import recheck
from app.services.authentication import api_keys
from app.services.lookup import parsed_id
from app.services.state.changes import Delivery, Fields, Phase, Plan
from app.services.state.current import StateUser, as_text
from app.services.state.documents import Entry, Route


def plan_keys(plan: Plan, user: StateUser, of_user: Route, entries: Sequence[Entry]) -> None:
    """Plan the changes of an account's keys. A key cannot be changed, so one that differs is replaced."""
    if not user.service_account:
        plan.report((*of_user, "keys"), f"Only service accounts have keys here, and {user.username} is none.")
        return
    left, routes = {key.id: key for key in user.keys}, {}
    for number, entry in enumerate(entries):
        route = (*of_user, "keys", number)
        routes[number] = route
        if "id" in entry:
            found = left.pop(parsed_id(entry["id"]), None)  # type: ignore[arg-type]  # None is no key's id
            if found is None:
                plan.report((*route, "id"), f"{user.username} has no such key, or it is listed before.")
            else:
                _compare(plan, user, route, entry, found)
    names: set[str] = set()
    for number, entry in enumerate(entries):
        if "id" in entry:
            continue
        name = entry["name"].strip()
        called = [key for key in left.values() if key.name == name]
        if name in names:
            plan.report(routes[number], f"The key {name} is listed before.")
        elif len(called) > 1:
            ids = ", ".join(str(key.id) for key in called)
            plan.report(routes[number], f"{user.username} has several keys called {name}. Add an id: {ids}")
            left = {key.id: key for key in left.values() if key.name != name}
        else:
            _compare(plan, user, routes[number], entry, left.pop(called[0].id) if called else None)
        names.add(name)
    if not plan.is_gone(user):
        for key in left.values():
            plan.drop(key, "key", _label(user, key.name), Phase.DELETE_KEYS, partial(_revoke, user, key))


def _label(user: StateUser, name: str) -> str:
    return f"{name} of {user.username}"


def _compare(plan: Plan, user: StateUser, route: Route, entry: Entry, key: KeyState | None) -> None:
    name, fields = entry["name"].strip(), Fields()
    scopes = stored([*map(Scope, entry["scopes"])]) if "scopes" in entry else None
    expires = _moment(plan, route, entry)
    if key is not None:
        fields |= {} if name == key.name else {"name": (key.name, name)}
        fields |= {} if "scopes" not in entry or scopes == key.scopes else {"scopes": (key.scopes, scopes)}
        if "expires" in entry and expires != key.expires_at:
            fields["expires"] = as_text(key.expires_at), as_text(expires)
        if not fields:
            return
        scopes = scopes if "scopes" in entry else key.scopes
        expires = expires if "expires" in entry else key.expires_at
    if expires is not None and expires <= utcnow():
        if key is not None:
            plan.report((*route, "expires"), "The time has passed, so the key cannot be replaced.")
        return  # a new key that has expired already is no key
    if key is None:
        given = {"scopes": scopes, "expires": as_text(expires)}
        fields = {field: (None, value) for field, value in given.items() if value is not None}
    file = entry.get("keyFile")
    if file is None:
        plan.undeliverable.append((route, name))
    else:
        fields["keyFile"] = None, file
    make = partial(_make, user, name, scopes, expires, file, key)
    plan.add("create" if key is None else "replace", "key", _label(user, name), Phase.KEYS, make, fields)


def _moment(plan: Plan, route: Route, entry: Entry) -> datetime | None:
    text = entry.get("expires")
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        plan.report((*route, "expires"), "This is not a date, such as 2030-01-31 or 2030-01-31T12:00:00Z.")
        return None
    if moment.tzinfo is None and len(text) > len("2030-01-31"):
        plan.report((*route, "expires"), "A time needs an offset from UTC, such as Z or +02:00.")
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        plan.report((*route, "expires"), "The time is too far away.")
        return None


def _make(
    user: StateUser,
    name: str,
    scopes: str | None,
    expires: datetime | None,
    file: str | None,
    former: KeyState | None,
    actor: Actor,
    _plan: Plan,
    delivery: Delivery,
) -> None:
    """Create a key, and end the one that it replaces; first the key is written, so that it is never lost."""
    with transaction():
        recheck(actor)
        if former is not None:
            api_keys.revoke_key(actor, user.stored_id, former.id)
        wanted = None if scopes is None else frozenset(map(Scope, scopes.split()))
        made = api_keys.create_key(actor, user.stored_id, name=name, scopes=wanted, expires_at=expires)
        delivery.key(user.username, made, file)


def _revoke(user: StateUser, key: KeyState, actor: Actor, _plan: Plan, _delivery: Delivery) -> None:
    api_keys.revoke_key(actor, user.stored_id, key.id)
