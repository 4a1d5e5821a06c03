"""Refusals about grants, told apart by their kind, so that each wire can say them in its own words."""

from collections.abc import Sequence
from uuid import UUID

from app.errors import Conflict, Denied, Invalid, NotFound


class NotAdministered(Denied):
    """``website_id`` is the first of the websites that the actor does not administer, or that is not there."""

    def __init__(self, website_id: UUID) -> None:
        super().__init__()
        self.website_id = website_id


class UnknownWebsites(NotFound):
    """``website_ids`` are not there; only administrators learn it."""

    def __init__(self, website_ids: Sequence[UUID]) -> None:
        super().__init__(f"There is no website {', '.join(map(str, website_ids))}.")
        self.website_ids = website_ids


class UnknownRole(Invalid):
    """``role`` is none that a user can have on a website."""

    def __init__(self, role: str) -> None:
        super().__init__(f"Unknown role: {role}", field="role")
        self.role = role


class UnknownCapability(Invalid):
    """``capability`` is none that this installation knows."""

    def __init__(self, capability: str) -> None:
        super().__init__(f"Unknown capability: {capability}", field="capabilities")
        self.capability = capability


class HasAllAccess(Conflict):
    """The user, ``username``, is an administrator, who needs no grants."""

    def __init__(self, username: str) -> None:
        super().__init__(f"{username} is an administrator, with every right on every website already.")
        self.username = username


class NoRole(Conflict):
    """The user, ``username``, has no right on ``website_id`` that a capability could stand beside."""

    def __init__(self, username: str, website_id: UUID) -> None:
        super().__init__(f"{username} has no right on the website {website_id}; capabilities need at least view.")
        self.username, self.website_id = username, website_id


class OnlyViews(Conflict):
    """The account of those who are not logged in was to have more than view on websites."""

    def __init__(self) -> None:
        super().__init__("The account 'anonymous' can view websites, and nothing more.")


class AnonymousTaken(Conflict):
    """Somebody's account bears the name that the account of those who are not logged in must have."""

    def __init__(self) -> None:
        super().__init__("An account is called 'anonymous'; rename it first.")
