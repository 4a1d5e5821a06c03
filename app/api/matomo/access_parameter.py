"""Words of this wire about access, as ours: what is to be given, on which websites, confirmed by what."""

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
    """One role, or None for no access at all; ``capabilities`` beside it, None where the call lists none."""

    role: SiteRole | None
    capabilities: Sequence[str] | None = None


def websites(name: str, value: Value) -> Sequence[str] | Literal["all"]:
    """Websites as a list with commas, an array, or ``all``."""
    return "all" if value == ALL else parameter_types.as_list(name, value)


def wish(access: Value) -> Wish:
    """
    What ``access`` asks for: one role as text, or an array of one role and any capabilities.

    :raises ApiError: an unknown word, or not exactly one role
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
    """:raises ApiError: it is neither a role nor a capability"""
    allowed = [*ROLES, *runtime().capabilities]
    if word not in allowed:
        raise ApiError(texts.access_values(allowed, word))


def confirmed_in_session(password: str | None) -> Confirmation:
    """The confirmation that calls of a browser's session need, and others do not."""
    return Confirmation(needs_confirmation(), password)
