"""Parameters about access, translated to values of the services: roles, capabilities, websites, confirmation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from app.api.matomo import parameter_types, texts
from app.api.matomo.context import needs_confirmation
from app.api.matomo.errors import ApiError
from app.api.matomo.parameters import Value
from app.domain.roles import SiteRole
from app.runtime import runtime
from app.services.authentication.confirmation import Confirmation

ALL = "all"
NO_ACCESS = "noaccess"
ROLES = [role.value for role in SiteRole]


@dataclass(frozen=True, slots=True)
class Wish:
    """The access to grant: one role, or None for no access; ``capabilities`` is None if the call lists none."""

    role: SiteRole | None
    capabilities: Sequence[str] | None = None


def websites(name: str, value: Value) -> Sequence[str] | Literal["all"]:
    """
    Return the websites named by an array, a comma-separated list or ``all``.

    :raises ApiError: the array is nested, or the list is too long
    """
    return "all" if value == ALL else parameter_types.as_list(name, value)


def wish(access: Value) -> Wish:
    """
    Return what ``access`` requests: one role as text, or an array of one role and any capabilities.

    :raises ApiError: a word is unknown, or there is not exactly one role
    """
    if isinstance(access, str):
        return _word(access)
    named = list(dict.fromkeys(parameter_types.as_list("access", access)))
    for word in named:
        check_known(word)
    roles = [word for word in named if word in ROLES]
    if len(roles) != 1:
        raise ApiError(texts.SEVERAL_ROLES if roles else texts.NO_ROLE)
    return Wish(SiteRole(roles[0]), [word for word in named if word not in ROLES] or None)


def _word(access: str) -> Wish:
    if access == NO_ACCESS:
        return Wish(None)
    check_known(access)
    if access not in ROLES:
        raise ApiError(texts.access_values(ROLES, access))
    return Wish(SiteRole(access))


def check_known(word: str) -> None:
    """:raises ApiError: the word is neither a role nor a capability"""
    allowed = [*ROLES, *runtime().capabilities]
    if word not in allowed:
        raise ApiError(texts.access_values(allowed, word))


def confirmed_in_session(password: str | None) -> Confirmation:
    """Return a confirmation that is required if the call comes from a browser session, and optional otherwise."""
    return Confirmation(needs_confirmation(), password)
