"""Second factors of accounts: authenticator apps, backup codes, and protection against guessing and reuse of codes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id, utcnow


class SecondFactor(Base):
    """A user's authenticator app. It is pending until confirmed by a code."""

    __tablename__ = "second_factor"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.user_id", ondelete="CASCADE"), primary_key=True)
    sealed_secret: Mapped[str] = mapped_column(String(255))
    """The app's secret, encrypted with a key that is not in the database."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    enabled_at: Mapped[datetime | None]
    """When it was confirmed; null while it is pending."""


class BackupCode(Base):
    """A code that can be used once instead of one from the app."""

    __tablename__ = "backup_code"
    __table_args__ = (Index("uq_backup_code_user_id_code_hash", "user_id", "code_hash", unique=True),)

    id: Mapped[UUID] = mapped_column("backup_code_id", primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.user_id", ondelete="CASCADE"))
    code_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the code, in hex. A plain hash is safe, since codes have 128 random bits."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    used_at: Mapped[datetime | None]


class UsedStep(Base):
    """A time step whose code a user has used. The primary key lets only one of concurrent requests use it."""

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
    """A login that lacks the second factor. Its token can only be used to complete the login."""

    __tablename__ = "partial_login"
    __table_args__ = (Index("ix_partial_login_user_id", "user_id"), Index("ix_partial_login_expires_at", "expires_at"))

    id: Mapped[UUID] = mapped_column("partial_login_id", primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.user_id", ondelete="CASCADE"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    password_mark: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the password's hash, so that a change of the password ends the login."""
    expires_at: Mapped[datetime]


class ServerSetting(Base):
    """A setting that administrators can change while the server is running."""

    __tablename__ = "server_setting"

    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    value: Mapped[str] = mapped_column(String(255))


SECOND_FACTOR_REQUIRED = "second-factor-required"
"""Name of the setting that requires a second factor from all users. Its value is ``true`` or ``false``."""
