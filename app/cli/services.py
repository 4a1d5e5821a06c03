"""
The services that commands call: those of this installation, or with ``--server`` functions of the same names in
``app.cli.remote``, which call the HTTP API of another.

Modules are imported when a command uses them, so that a command for another server needs neither SQLAlchemy nor Flask.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from app.cli.remote.target import is_remote

if TYPE_CHECKING:
    from app.services.access import effective, grants
    from app.services.audit import log
    from app.services.authentication import access_tokens, api_keys, password_resets, second_factor, sessions
    from app.services.files import exporting as file_exporting
    from app.services.files import importing as file_importing
    from app.services.invitations import manage as invitations
    from app.services.state import applying, planning
    from app.services.state import exporting as state_exporting
    from app.services.teams import memberships, teams
    from app.services.users import accounts, disabling, restoring
    from app.services.webhooks import manage as webhooks
    from app.services.websites import websites
else:

    class Service:
        """
        The functions of one module.

        :param here: the module in ``app.services``
        :param there: the module in ``app.cli.remote``; None if no command calls it for another server
        """

        def __init__(self, here: str, there: str | None = None) -> None:
            self.here, self.there = f"app.services.{here}", f"app.cli.remote.{there}"

        def __getattr__(self, name: str) -> Any:
            return getattr(import_module(self.there if is_remote() else self.here), name)

    access_tokens = Service("authentication.access_tokens")
    accounts = Service("users.accounts", "users")
    api_keys = Service("authentication.api_keys")
    disabling = Service("users.disabling", "users")
    applying = Service("state.applying", "state")
    effective = Service("access.effective", "websites")
    file_exporting = Service("files.exporting", "files")
    file_importing = Service("files.importing", "files")
    grants = Service("access.grants", "websites")
    invitations = Service("invitations.manage", "invitations")
    log = Service("audit.log", "audit")
    memberships = Service("teams.memberships", "teams")
    password_resets = Service("authentication.password_resets", "users")
    planning = Service("state.planning", "state")
    restoring = Service("users.restoring", "users")
    second_factor = Service("authentication.second_factor", "users")
    sessions = Service("authentication.sessions", "users")
    state_exporting = Service("state.exporting", "state")
    teams = Service("teams.teams", "teams")
    webhooks = Service("webhooks.manage", "webhooks")
    websites = Service("websites.websites", "websites")

__all__ = [
    "access_tokens",
    "accounts",
    "api_keys",
    "applying",
    "disabling",
    "effective",
    "file_exporting",
    "file_importing",
    "grants",
    "invitations",
    "log",
    "memberships",
    "password_resets",
    "planning",
    "restoring",
    "second_factor",
    "sessions",
    "state_exporting",
    "teams",
    "webhooks",
    "websites",
]
