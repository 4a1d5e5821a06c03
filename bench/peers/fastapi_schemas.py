"""The peer's pydantic models, which produce the same JSON as Frontdesk."""

from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer
from pydantic.alias_generators import to_camel

T = TypeVar("T")


def iso(moment: datetime) -> str:
    """Return a UTC time in ISO 8601 format with milliseconds and ``Z``."""
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


Moment = Annotated[datetime, PlainSerializer(iso, return_type=str)]


class Model(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, from_attributes=True)


class UserIn(Model):
    username: Annotated[str, Field(min_length=1, max_length=255)]
    password: Annotated[str, Field(min_length=8, max_length=255)]
    role: Literal["admin", "user", "view-only"]


class LoginIn(Model):
    username: str
    password: str


class UserRef(Model):
    id: UUID
    username: str


class UserCreated(UserRef):
    role: str


class UserOut(UserCreated):
    created_at: Moment


class Count(Model):
    websites: int


class AdminUser(UserOut):
    logo_url: str | None
    display_name: str | None
    updated_at: Moment
    deleted_at: Moment | None
    count: Annotated[Count, Field(alias="_count")]


class TeamRef(Model):
    id: UUID
    name: str
    logo_url: str | None


class CurrentUser(UserOut):
    is_admin: bool
    teams: list[TeamRef]


class LoggedIn(Model):
    token: str
    user: CurrentUser


class Member(Model):
    id: UUID
    team_id: UUID
    user_id: UUID
    role: str
    created_at: Moment
    updated_at: Moment
    user: UserRef


class TeamCounts(Count):
    members: int


class TeamOut(Model):
    id: UUID
    name: str
    access_code: str | None
    logo_url: str | None
    created_at: Moment
    updated_at: Moment
    deleted_at: Moment | None
    two_factor_required: bool = False
    members: list[Member]
    count: Annotated[TeamCounts, Field(alias="_count")]


class WebsiteOut(Model):
    id: UUID
    name: str
    domain: str | None
    reset_at: Moment | None
    user_id: UUID | None
    team_id: UUID | None
    created_by: UUID | None
    created_at: Moment
    updated_at: Moment
    deleted_at: Moment | None
    replay_enabled: bool
    replay_config: dict[str, Any] | None
    recorder_enabled: bool
    share_id: str | None


class Page(Model, Generic[T]):
    data: list[T]
    count: int
    page: int
    page_size: int
    order_by: Annotated[str | None, Field(exclude_if=lambda value: value is None)] = None
    search: Annotated[str | None, Field(exclude_if=lambda value: value is None)] = None
