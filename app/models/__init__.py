"""The tables."""

from app.domain.names import ANONYMOUS_ID
from app.models.access import Grant, GrantedCapability
from app.models.access_token import AccessToken
from app.models.adoption import Adoption, AdoptionRepair
from app.models.api_key import ApiKey
from app.models.audit import AuditEnd, AuditEvent, AuditTally
from app.models.base import Base, new_id, utcnow
from app.models.failed_attempt import FailedAttempt
from app.models.idempotency_key import IdempotencyKey
from app.models.invitation import Invitation, PasswordReset
from app.models.login_session import LoginSession
from app.models.outbox import OutboxMail
from app.models.preference import Preference
from app.models.second_factor import (
    SECOND_FACTOR_REQUIRED,
    BackupCode,
    FactorLock,
    PartialLogin,
    SecondFactor,
    ServerSetting,
    UsedStep,
)
from app.models.team import Membership, Team
from app.models.user import ACTIVE, IS_ADMIN, User
from app.models.webhook import Webhook, WebhookDelivery
from app.models.website import Share, Website, WebsiteNumber, WebsiteProfile

__all__ = [
    "ACTIVE",
    "ANONYMOUS_ID",
    "IS_ADMIN",
    "SECOND_FACTOR_REQUIRED",
    "AccessToken",
    "Adoption",
    "AdoptionRepair",
    "ApiKey",
    "AuditEnd",
    "AuditEvent",
    "AuditTally",
    "BackupCode",
    "Base",
    "FactorLock",
    "FailedAttempt",
    "Grant",
    "GrantedCapability",
    "IdempotencyKey",
    "Invitation",
    "LoginSession",
    "Membership",
    "OutboxMail",
    "PartialLogin",
    "PasswordReset",
    "Preference",
    "SecondFactor",
    "ServerSetting",
    "Share",
    "Team",
    "UsedStep",
    "User",
    "Webhook",
    "WebhookDelivery",
    "Website",
    "WebsiteNumber",
    "WebsiteProfile",
    "new_id",
    "utcnow",
]
