"""Scopes: what an API key may be used for, within the permissions of its owner."""

from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from typing import Final, Literal, TypeAlias

KEY_PREFIX = "umami_"
"""How every API key begins, and no other token."""


class Scope(StrEnum):
    """The scopes that a key can have. ``…:write`` includes ``…:read``, and ``admin`` includes all others."""

    USERS_READ = "users:read"
    USERS_WRITE = "users:write"
    TEAMS_READ = "teams:read"
    TEAMS_WRITE = "teams:write"
    WEBSITES_READ = "websites:read"
    WEBSITES_WRITE = "websites:write"
    AUDIT_READ = "audit:read"
    ADMIN = "admin"


ANY_KEY: Final = "any"
KeyRule: TypeAlias = Scope | Literal["any"] | None
"""What an endpoint demands of a key: a scope, nothing (``ANY_KEY``), or, if it takes no keys at all, None."""

UMAMI_SCOPES = frozenset({Scope.TEAMS_WRITE, Scope.WEBSITES_WRITE, Scope.TEAMS_READ, Scope.WEBSITES_READ})
"""What Umami's own keys can do, which have no scopes: not administer users."""

WIDER = {
    Scope.USERS_READ: Scope.USERS_WRITE,
    Scope.TEAMS_READ: Scope.TEAMS_WRITE,
    Scope.WEBSITES_READ: Scope.WEBSITES_WRITE,
}


@cache
def accepting(scope: Scope) -> frozenset[Scope]:
    """Return the scopes that include this one, itself among them."""
    return frozenset({scope, WIDER.get(scope, scope), Scope.ADMIN})


def stored(scopes: Iterable[Scope] | None) -> str | None:
    """Return scopes as they are stored: separated by spaces, in a fixed order (RFC 6749, section 3.3)."""
    return None if scopes is None else " ".join(scope for scope in Scope if scope in set(scopes))


@cache
def parsed(text: str | None) -> frozenset[Scope]:
    """Return stored scopes; those of a key without any are Umami's."""
    return UMAMI_SCOPES if text is None else frozenset(Scope(word) for word in text.split())
