"""What every source of an import yields: rows of our own model, not yet checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID


class Loss(NamedTuple):
    """Something of a row that the source has and an import does not bring along."""

    code: str
    reason: str


SECOND_FACTOR = Loss("second-factor", "the second factor is not copied; the user has to set it up again")


@dataclass(frozen=True, slots=True)
class UserRow:
    """An account."""

    id: UUID
    username: str
    role: str
    password_hash: str
    """A bcrypt hash, or empty for an account without a password. With anything else, it gets none either."""
    email: str | None = None
    display_name: str | None = None
    external_id: str | None = None
    logo_url: str | None = None
    two_factor_required: bool = False
    must_change_password: bool = False
    service_account: bool = False
    pending: bool = False
    disabled_at: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    deleted_at: datetime | None = None
    losses: Sequence[Loss] = ()

    @property
    def label(self) -> str:
        return self.username


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A membership in the team that has it."""

    id: UUID
    user_id: UUID
    role: str
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def label(self) -> str:
        return f"{self.role} {self.user_id}"


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team with its members."""

    id: UUID
    name: str
    members: Sequence[MemberRow]
    access_code: str | None = None
    external_id: str | None = None
    logo_url: str | None = None
    two_factor_required: bool = False
    created_at: datetime | None = None
    updated_at: datetime | None = None
    deleted_at: datetime | None = None

    @property
    def label(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class WebsiteRow:
    """A website, owned by a user or a team of the source."""

    id: UUID
    name: str
    domain: str | None
    user_id: UUID | None = None
    team_id: UUID | None = None
    created_by: UUID | None = None
    external_id: str | None = None
    replay_enabled: bool = False
    replay_config: dict[str, Any] | None = None
    reset_at: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    deleted_at: datetime | None = None
    urls: Sequence[str] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    """See ``site_settings.DEFAULTS``; already checked."""
    number: int | None = None
    """The number that it should have; None for the next free one."""
    losses: Sequence[Loss] = ()

    @property
    def label(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class ShareRow:
    """A public link."""

    id: UUID
    website_id: UUID
    name: str
    slug: str
    share_type: int
    parameters: dict[str, Any]
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def label(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class SiteGrantRow:
    """A user's direct access to a website."""

    id: UUID
    """Of the row, for the report."""
    website_id: UUID
    user_id: UUID
    role: str
    capabilities: Sequence[str] | None = None
    """Those beside the role; None if the source says nothing about them."""
    granted_by: UUID | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    name: str = ""
    """For the report; role and user by default."""

    @property
    def label(self) -> str:
        return self.name or f"{self.role} {self.user_id}"
