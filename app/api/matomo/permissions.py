"""
The permission that a method requires: ``@method(…, access=SOME_ADMIN)`` declares it, and the services check it.

Services check permission before they look at values. The registry rejects values that never reach a service, and
checks the declared permission first: a caller without permission learns nothing about values or sites.
"""

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from app.api.matomo.parameters import Array, Parameters
from app.domain.actor import Actor
from app.domain.roles import SiteRole
from app.services.matomo import requirements, sites

Access: TypeAlias = Callable[[Actor, Parameters], None]
"""Raises an error if the caller lacks the permission."""


ARRAY = "Array"
"""What PHP turns a list into where text is expected."""


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
"""No permission, or one that the method itself checks."""
LOGIN: Access = _login
"""An account: the caller must be logged in."""
SUPERUSER: Access = _superuser
"""The global role of an administrator."""
SELF: Access = _self
"""The global role of an administrator, or the account that ``userLogin`` names."""
SOME_VIEW: Access = partial(_some, SiteRole.VIEW)
SOME_ADMIN: Access = partial(_some, SiteRole.ADMIN)
"""This access level on at least one website."""
VIEW_ON_SITE: Access = partial(_on_site, SiteRole.VIEW)
ADMIN_ON_SITE: Access = partial(_on_site, SiteRole.ADMIN)
"""This access level on the website that ``idSite`` names."""
ADMIN_ON_SITES: Access = _admin_on_sites
"""An account with admin access to every website that ``idSites`` names."""
