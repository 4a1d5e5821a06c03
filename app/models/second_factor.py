"""Second factors of accounts: the secret of an authenticator app, backup codes, and what guards them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id, utcnow


class SecondFactor(Base):
    """The authenticator app of one user; pending until a code has confirmed it."""

    __tablename__ = "second_factor"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.user_id", ondelete="CASCADE"), primary_key=True)
    sealed_secret: Mapped[str] = mapped_column(String(255))
    """The secret of the app, sealed with a key that the database does not hold."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    enabled_at: Mapped[datetime | None]
    """When a code confirmed it; null while it is pending."""


class BackupCode(Base):
    """A code that replaces the app once."""

    __tablename__ = "backup_code"
    __table_args__ = (Index("uq_backup_code_user_id_code_hash", "user_id", "code_hash", unique=True),)

    id: Mapped[UUID] = mapped_column("backup_code_id", primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.user_id", ondelete="CASCADE"))
    code_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the code, in hex. Enough, since codes are 128 random bits."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    used_at: Mapped[datetime | None]


class UsedStep(Base):
    """A time step whose code a user has used. The primary key decides between two that use it at once."""

    __tablename__ = "used_step"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.user_id", ondelete="CASCADE"), primary_key=True)
    step: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    """Seconds since 1970 divided by 30 (RFC 6238)."""


class FactorLock(Base):
    """Wrong codes of a user since the last right one."""

    __tablename__ = "factor_lock"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.user_id", ondelete="CASCADE"), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]


class PartialLogin(Base):
    """A login that lacks the second factor: its token is good for nothing but that."""

    __tablename__ = "partial_login"
    __table_args__ = (Index("ix_partial_login_user_id", "user_id"), Index("ix_partial_login_expires_at", "expires_at"))

    id: Mapped[UUID] = mapped_column("partial_login_id", primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.user_id", ondelete="CASCADE"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    password_mark: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the password's hash: another password ends the login."""
    expires_at: Mapped[datetime]


class ServerSetting(Base):
    """A setting that administrators change while the server runs."""

    __tablename__ = "server_setting"

    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    value: Mapped[str] = mapped_column(String(255))


SECOND_FACTOR_REQUIRED = "second-factor-required"
"""The setting that requires a second factor of all users; its value is ``true`` or ``false``."""
