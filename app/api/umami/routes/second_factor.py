"""``/api/2fa`` and ``/api/admin/…/2fa``: the second factor of users, as in Umami 3.3 and later."""

from typing import Any
from uuid import UUID

from flask import Blueprint, request

from app.api.umami.operation import Access, current_actor, operation
from app.api.umami.schemas.auth import LoginDone, Ok
from app.api.umami.schemas.second_factor import (
    BackupCodes,
    Code,
    DisableIn,
    FactorEnabled,
    FactorReset,
    FactorStatusOut,
    GlobalRequirement,
    RequiredIn,
    SetupOut,
    TeamRequirement,
    UserRequirement,
    VerifyIn,
)
from app.domain.scopes import Scope
from app.services.authentication import second_factor
from app.services.authentication.login import Login

bp = Blueprint("second_factor", __name__)


@bp.get("/2fa/status")
@operation(FactorStatusOut, before_enrolling=True)
def get_two_factor_status() -> Any:
    """Return whether you have a second factor, and whether one is required of you."""
    return second_factor.status(current_actor())


@bp.post("/2fa/setup/initiate")
@operation(SetupOut, refuses=(400,), before_enrolling=True)
def initiate_two_factor() -> second_factor.Setup:
    """Start setting up an authenticator app; this replaces a setup that was not confirmed."""
    return second_factor.start_setup(current_actor())


@bp.post("/2fa/setup/confirm")
@operation(BackupCodes, takes=Code, refuses=(429, 503), before_enrolling=True)
def confirm_two_factor(data: dict[str, Any]) -> list[str]:
    """
    Enable your second factor with a first code, and return ten backup codes.

    The backup codes are not returned again.
    """
    return second_factor.confirm_setup(current_actor(), data["token"])


@bp.post("/2fa/setup/cancel")
@operation(Ok, before_enrolling=True)
def cancel_two_factor() -> None:
    """Cancel a setup that was not confirmed; an enabled second factor stays."""
    second_factor.cancel_setup(current_actor())


@bp.post("/2fa/disable")
@operation(Ok, takes=DisableIn, refuses=(403, 429, 503))
def disable_two_factor(data: dict[str, Any]) -> None:
    """Disable your second factor with your password and a code."""
    second_factor.disable(current_actor(), password=data["password"], code=data["token"])


@bp.post("/2fa/verify")
@operation(LoginDone, takes=VerifyIn, access=Access.PARTIAL, refuses=(429, 503))
def verify_two_factor(data: dict[str, Any]) -> Login:
    """Complete a login with a code of the authenticator app, or with a backup code."""
    return second_factor.verify(
        current_actor(),
        code=data.get("token"),
        backup_code=data.get("backup_code"),
        user_agent=request.headers.get("User-Agent", ""),
    )


@bp.post("/admin/2fa/global")
@operation(GlobalRequirement, takes=RequiredIn, before_enrolling=True, scope=Scope.ADMIN)
def require_two_factor(data: dict[str, Any]) -> Any:
    """Require a second factor of all users, or stop requiring it."""
    second_factor.require_of_all(current_actor(), required=data["required"])
    return data


@bp.post("/admin/teams/<team_id>/2fa")
@operation(TeamRequirement, takes=RequiredIn, before_enrolling=True, scope=Scope.ADMIN)
def require_two_factor_of_team(team_id: UUID, data: dict[str, Any]) -> Any:
    """Require a second factor of all members of a team, or stop requiring it."""
    second_factor.require_of_team(current_actor(), team_id, required=data["required"])
    return {"team_id": team_id, "two_factor_required": data["required"]}


@bp.post("/admin/users/<user_id>/2fa")
@operation(UserRequirement, takes=RequiredIn, before_enrolling=True, scope=Scope.ADMIN)
def require_two_factor_of_user(user_id: UUID, data: dict[str, Any]) -> Any:
    """Require a second factor of a user, or stop requiring it."""
    second_factor.require_of_user(current_actor(), user_id, required=data["required"])
    return {"user_id": user_id, "two_factor_required": data["required"]}


@bp.get("/admin/users/<user_id>/2fa")
@operation(FactorEnabled, scope=Scope.USERS_READ)
def get_two_factor_of_user(user_id: UUID) -> Any:
    """Return whether a user has a second factor; an unknown user has none."""
    return {"is_enabled": second_factor.is_enabled(current_actor(), user_id)}


@bp.delete("/admin/users/<user_id>/2fa")
@operation(FactorReset, scope=Scope.ADMIN)
def reset_two_factor_of_user(user_id: UUID) -> Any:
    """
    Remove a user's second factor, for example when the phone is lost.

    If a second factor is required, it stays required.
    """
    return {"user_id": user_id, "reset": second_factor.reset(current_actor(), user_id)}
