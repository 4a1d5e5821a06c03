"""The actor of a request: its user, its credential and its origin."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.domain.errors import Unauthenticated
from app.domain.roles import Role
from app.domain.scopes import Scope
from app.domain.shared_views import SharedView


class CredentialKind(StrEnum):
    """How an actor authenticated."""

    NONE = "none"
    SESSION = "session"
    ACCESS_TOKEN = "access-token"  # noqa: S105 (a kind, not a secret)
    API_KEY = "api-key"
    SHARE = "share"
    PARTIAL_LOGIN = "partial-login"
    """The right password, without the account's second factor."""
    LINK = "link"
    """A link from a mail, such as an invitation."""
    OPERATOR = "operator"
    """Access to the server itself."""


@dataclass(frozen=True, slots=True)
class Credential:
    """The credential that the actor authenticated with."""

    kind: CredentialKind
    id: UUID | None = None
    """Id of the credential's row: a session, an access token, a share or an invitation."""
    scopes: frozenset[Scope] | None = None
    """The scopes that the actor is limited to; None means no limit."""
    name: str = ""
    """The name of an API key."""
    confirmed_at: datetime | None = None
    """When the bearer last proved to know the password; None if that is not known."""


NO_CREDENTIAL = Credential(CredentialKind.NONE)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a call comes from."""

    protocol: str
    """``umami``, ``matomo``, ``page``, ``cli``, or ``server`` for what the server does by itself."""
    address: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """The user behind an actor."""

    id: UUID
    username: str
    role: str
    created_at: datetime | None = None
    two_factor_required: bool = False
    """Whether an administrator requires a second factor from this user individually."""

    @classmethod
    def of(cls, row: Any) -> "Account":
        """Build the account from any row that has these columns."""
        return cls(row.id, row.username, row.role, row.created_at)


@dataclass(frozen=True, slots=True)
class Actor:
    """
    The party on whose behalf a service acts.

    ``user`` is None for the operator at the command line, for bearers of a share or a link, and for callers who have
    not authenticated. Code that needs a user reads ``user_id``, which raises instead of returning None: a missing user
    must never turn into a missing filter.
    """

    user: Account | None
    credential: Credential
    origin: Origin
    share: SharedView | None = None
    """What a share token sent with the request gives access to, in addition to what the user can see."""

    @property
    def id(self) -> UUID | None:
        return None if self.user is None else self.user.id

    @property
    def user_id(self) -> UUID:
        """The user's id. :raises Unauthenticated: there is no user"""
        if self.user is None:
            raise Unauthenticated
        return self.user.id

    @property
    def username(self) -> str:
        if self.user is None:
            return "operator" if self.is_operator else ""
        return self.user.username

    @property
    def role(self) -> str | None:
        if self.user is None:
            return Role.ADMIN if self.is_operator else None
        return self.user.role

    @property
    def created_at(self) -> datetime | None:
        return None if self.user is None else self.user.created_at

    @property
    def is_operator(self) -> bool:
        return self.credential.kind is CredentialKind.OPERATOR

    @property
    def is_admin(self) -> bool:
        return self.role == Role.ADMIN

    def is_user(self, user_id: UUID | None) -> bool:
        return self.user is not None and self.user.id == user_id

    @property
    def address(self) -> str:
        return self.origin.address

    @property
    def session_id(self) -> UUID | None:
        return self.credential.id if self.credential.kind is CredentialKind.SESSION else None

    @property
    def token_id(self) -> UUID | None:
        """Id of the access token that the actor authenticated with; None for any other credential."""
        return self.credential.id if self.credential.kind is CredentialKind.ACCESS_TOKEN else None

    @property
    def key_id(self) -> UUID | None:
        """Id of the API key that the actor authenticated with; None for any other credential."""
        return self.credential.id if self.is_key else None

    @property
    def is_key(self) -> bool:
        """Whether the actor authenticated with an API key."""
        return self.credential.kind is CredentialKind.API_KEY

    def confirmed(self, at: datetime) -> "Actor":
        """The same actor, who has just proved to know the password."""
        return replace(self, credential=replace(self.credential, confirmed_at=at))

    def known_as(self, user: Account, credential: Credential | None = None) -> "Actor":
        """The same caller, now authenticated as ``user``."""
        return replace(self, user=user, credential=credential or self.credential)


OPERATOR = Actor(None, Credential(CredentialKind.OPERATOR), Origin("cli"))
"""Anyone who can run the command line on the server. The operator can do everything and has no account."""

SERVER = Actor(None, Credential(CredentialKind.OPERATOR), Origin("server"))
"""The server itself, for what it does without being asked."""
