"""Who is asking."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.errors import Unauthenticated
from app.domain.roles import Role


@dataclass(frozen=True, slots=True)
class SharedView:
    """What a share token lets its bearer look at."""

    share_id: UUID
    website_id: UUID
    share_type: int
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Actor:
    """
    The one on whose behalf a service acts: a user, the operator at the command line, or a bearer of a share.

    ``id`` is None for the latter two; whoever needs a user asks ``user_id``, so that no value never means no filter.
    """

    id: UUID | None = None
    username: str = ""
    role: str | None = None
    created_at: datetime | None = None
    session_id: UUID | None = None
    token_id: UUID | None = None
    """The token for programs that it came with, instead of a login's."""
    share: SharedView | None = None
    address: str = ""

    @property
    def is_admin(self) -> bool:
        return self.role == Role.ADMIN

    @property
    def user_id(self) -> UUID:
        """The user's id. :raises Unauthenticated: there is no user"""
        if self.id is None:
            raise Unauthenticated
        return self.id

    def is_user(self, user_id: UUID | None) -> bool:
        return self.id is not None and self.id == user_id


OPERATOR = Actor(username="operator", role=Role.ADMIN)
"""Whoever can run the command line on the server: may do everything, is nobody's account."""
