"""Statements about second factors."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BindParameter, Boolean, bindparam, delete, exists, or_, select, update

from app.db.sql.query import Query
from app.models import (
    ACTIVE,
    IS_ADMIN,
    SECOND_FACTOR_REQUIRED,
    BackupCode,
    FactorLock,
    Membership,
    PartialLogin,
    SecondFactor,
    ServerSetting,
    Team,
    UsedStep,
    User,
)
from app.queries.rows import Id
from app.queries.users import HAS_SECOND_FACTOR

REQUIRED_OF_ALL = exists().where(ServerSetting.name == SECOND_FACTOR_REQUIRED, ServerSetting.value == "true")
REQUIRED_OF_ADMINS = bindparam("admins_need_it", type_=Boolean) & IS_ADMIN
REQUIRED_BY_TEAM = (
    exists()
    .where(
        Membership.user_id == User.id,
        Team.id == Membership.team_id,
        Team.two_factor_required,
        Team.deleted_at.is_(None),
    )
    .correlate(User)
)
MUST_ENROLL = or_(User.two_factor_required, REQUIRED_OF_ALL, REQUIRED_OF_ADMINS, REQUIRED_BY_TEAM) & ~HAS_SECOND_FACTOR
"""Whether a user must set up a second factor. Value: ``admins_need_it``."""


class FactorStatus(NamedTuple):
    """Whether a user has a second factor, and for which reasons one is required."""

    enabled: bool
    for_all: bool
    for_admins: bool
    for_user: bool
    for_team: bool


class Sealed(NamedTuple):
    """The encrypted secret of a second factor, and when it was enabled."""

    sealed_secret: str
    enabled_at: datetime | None


class PartialRecord(NamedTuple):
    """A login that lacks the second factor, and its user."""

    partial_id: UUID
    id: UUID
    username: str
    role: str
    created_at: datetime | None
    password_hash: str
    password_mark: str


select_status = Query(
    select(
        HAS_SECOND_FACTOR.label("enabled"),
        REQUIRED_OF_ALL.label("for_all"),
        REQUIRED_OF_ADMINS.label("for_admins"),
        User.two_factor_required.label("for_user"),
        REQUIRED_BY_TEAM.label("for_team"),
    ).where(User.id == bindparam("user_id"), User.deleted_at.is_(None)),
    FactorStatus,
)
"""Values: ``user_id``, ``admins_need_it``."""

select_must_enroll = Query(select(User.id.label("id")).where(User.id == bindparam("user_id"), MUST_ENROLL), Id)
"""The user, if they must set up a second factor. Values: ``user_id``, ``admins_need_it``."""

select_sealed = Query(
    select(SecondFactor.sealed_secret, SecondFactor.enabled_at).where(SecondFactor.user_id == bindparam("user_id")),
    Sealed,
)

select_partial = Query(
    select(
        PartialLogin.id.label("partial_id"),
        User.id.label("id"),
        User.username,
        User.role,
        User.created_at,
        User.password_hash.label("password_hash"),
        PartialLogin.password_mark,
    )
    .join(User, User.id == PartialLogin.user_id)
    .where(
        PartialLogin.token_hash == bindparam("token_hash"),
        PartialLogin.expires_at > bindparam("now", type_=PartialLogin.expires_at.type),
        ACTIVE,
    ),
    PartialRecord,
)
"""Values: ``token_hash``, ``now``."""

_user: BindParameter[Any] = bindparam("owner_id")
use_backup_code = (
    update(BackupCode)
    .where(BackupCode.user_id == _user, BackupCode.code_hash == bindparam("code"), BackupCode.used_at.is_(None))
    .values(used_at=bindparam("now"))
)
"""
Mark a backup code as used. Of concurrent requests, only one changes the row. Values: ``owner_id``, ``code``, ``now``.
"""

select_umami_codes = (
    select(BackupCode.code_hash)
    .where(BackupCode.user_id == _user, BackupCode.code_hash.startswith("$2"), BackupCode.used_at.is_(None))
    .order_by(BackupCode.id)
)
"""Hashes of unused codes that Umami made: bcrypt hashes. Value: ``owner_id``."""

delete_steps_before = delete(UsedStep).where(UsedStep.user_id == _user, UsedStep.step < bindparam("oldest"))
delete_factor = delete(SecondFactor).where(SecondFactor.user_id == _user)
delete_pending_factor = delete_factor.where(SecondFactor.enabled_at.is_(None))
delete_backup_codes = delete(BackupCode).where(BackupCode.user_id == _user)
delete_steps = delete(UsedStep).where(UsedStep.user_id == _user)
delete_lock = delete(FactorLock).where(FactorLock.user_id == _user)
delete_partials = delete(PartialLogin).where(PartialLogin.user_id == _user)
delete_partial = delete(PartialLogin).where(PartialLogin.id == bindparam("partial_id"))
delete_expired_partials = delete(PartialLogin).where(PartialLogin.expires_at < bindparam("now"))
