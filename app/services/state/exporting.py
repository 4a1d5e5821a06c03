"""The state file for what is in the database."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from app.domain import policy
from app.domain.actor import Actor
from app.runtime import runtime
from app.services.state.current import (
    Current,
    StateTeam,
    StateUser,
    StateWebsite,
    as_text,
    by_name,
    read_current,
)

HEADER = """\
# yaml-language-server: $schema=frontdesk-state.schema.json
# The state of this installation. Secrets are not part of it.
"""


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]  # C if available
    def ignore_aliases(self, _data: Any) -> bool:
        return True


def export_state(actor: Actor) -> Iterator[str]:
    """
    Yield the parts of a state file for which ``plan`` finds no change, sections first to last.

    :raises Denied: the actor is not an administrator
    :raises AmbiguousName: two accounts that another program wrote have the same username
    """
    policy.require(policy.can_administer(actor))
    current = read_current()
    yield HEADER
    for section, entries in (
        ("users", [_user(user) for user in current.users.values()]),
        ("teams", _teams(current)),
        ("websites", _websites(current)),
        ("grants", _grants(current)),
    ):
        yield "\n" + yaml.dump(
            {section: entries}, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120, default_flow_style=None
        )


def _user(user: StateUser) -> Mapping[str, Any]:
    entry: dict[str, Any] = {"username": user.username, "role": str(user.role)}
    entry |= {"email": user.email} if user.email else {}
    entry |= {"displayName": user.display_name} if user.display_name else {}
    entry |= {"disabled": True} if user.disabled else {}
    if user.service_account:
        names = Counter(key.name for key in user.keys)
        entry["serviceAccount"] = True
        entry["keys"] = [
            ({"id": str(key.id)} if names[key.name] > 1 else {})
            | {"name": key.name}
            | ({"scopes": key.scopes.split()} if key.scopes else {})
            | ({"expires": as_text(key.expires_at)} if key.expires_at else {})
            for key in user.keys
        ]
    return entry


def _teams(current: Current) -> list[Mapping[str, Any]]:
    names = Counter(team.name for team in current.teams)
    return [
        ({"id": str(team.id)} if names[team.name] > 1 else {})
        | {
            "name": team.name,
            "members": {user.username: role for user, role in team.members.items() if user is not current.anonymous},
        }
        for team in current.teams
    ]


def _websites(current: Current) -> list[Mapping[str, Any]]:
    teams = by_name(current.teams)
    names = Counter((website.name, website.domain) for website in current.websites)

    def owner(website: StateWebsite) -> dict[str, str]:
        if isinstance(website.owner, StateTeam):
            name = website.owner.name
            return {"team": name if name and len(teams[name]) == 1 else str(website.owner.id)}
        known = website.owner is not None and website.owner is not current.anonymous
        return {"owner": website.owner.username} if known and website.owner else {}

    return [
        ({"id": str(website.id)} if names[website.name, website.domain] > 1 else {})
        | {"name": website.name}
        | ({} if website.domain is None else {"domain": website.domain})
        | owner(website)
        for website in current.websites
    ]


def _grants(current: Current) -> list[Mapping[str, Any]]:
    websites = by_name(current.websites)

    def named(website: StateWebsite) -> str:
        names = [website.domain, website.name, str(website.id)]
        return next(name for name in names if name and len(websites[name]) == 1)

    return [
        {"user": user.username, "website": named(website)}
        | ({"role": str(grant.role)} if grant.role else {})
        | ({"capabilities": runtime().capabilities.ordered(grant.capabilities)} if grant.capabilities else {})
        for (user, website), grant in current.grants.items()
    ]
