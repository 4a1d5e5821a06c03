"""Tables and enums."""

from app.models.base import Base, new_id, utcnow
from app.models.enums import Role, TeamRole
from app.models.login_session import LoginSession
from app.models.team import Membership, Team
from app.models.user import IS_ADMIN, User
from app.models.website import WEBSITE_SHARE, Share, Website

__all__ = [
    "IS_ADMIN",
    "WEBSITE_SHARE",
    "Base",
    "LoginSession",
    "Membership",
    "Role",
    "Share",
    "Team",
    "TeamRole",
    "User",
    "Website",
    "new_id",
    "utcnow",
]
