"""
What a caller needs to call a method: ``@method(…, access=SOME_ADMIN)`` names it, the services decide.

Services ask for permission before they look at values. Values that do not get as far as a service are refused by the
registry, which asks the same here first: a caller without permission learns nothing about values or sites.
"""

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from app.api.matomo.parameters import Array, Parameters
from app.domain.actor import Actor
from app.domain.roles import SiteRole
from app.services.matomo import requirements, sites

Access: TypeAlias = Callable[[Actor, Parameters], None]
"""Raises what the caller lacks."""


ARRAY = "Array"
"""What PHP makes of a list where text belongs."""


def _anyone(_actor: Actor, _given: Parameters) -> None:
    pass


def _login(actor: Actor, _given: Parameters) -> None:
    requirements.require_login(actor)


def _superuser(actor: Actor, _given: Parameters) -> None:
    requirements.require_admin(actor)


def _self(actor: Actor, given: Parameters) -> None:
    login = given.get("userLogin", "")
    requirements.require_admin_or(actor, login if isinstance(login, str) else ARRAY)


def _some(right: SiteRole, actor: Actor, _given: Parameters) -> None:
    requirements.require_some(actor, right)


def _on_site(right: SiteRole, actor: Actor, given: Parameters) -> None:
    sites.require_right(actor, _words(given, "idSite"), right, one=True)


def _admin_on_sites(actor: Actor, given: Parameters) -> None:
    requirements.require_login(actor)
    sites.require_right(actor, _words(given, "idSites"), SiteRole.ADMIN)


def _words(given: Parameters, name: str) -> list[str]:
    value = given.get(name, "")
    return [value] if isinstance(value, str) else [word for word in value.values() if not isinstance(word, Array)]


ANYONE: Access = _anyone
"""Nothing, or what the method itself asks of its caller."""
LOGIN: Access = _login
"""An account."""
SUPERUSER: Access = _superuser
"""The role of an administrator."""
SELF: Access = _self
"""The role of an administrator, or the account that ``userLogin`` names."""
SOME_VIEW: Access = partial(_some, SiteRole.VIEW)
SOME_ADMIN: Access = partial(_some, SiteRole.ADMIN)
"""This right on at least one website."""
VIEW_ON_SITE: Access = partial(_on_site, SiteRole.VIEW)
ADMIN_ON_SITE: Access = partial(_on_site, SiteRole.ADMIN)
"""This right on the website that ``idSite`` names."""
ADMIN_ON_SITES: Access = _admin_on_sites
"""An account with admin access to every website that ``idSites`` names."""
