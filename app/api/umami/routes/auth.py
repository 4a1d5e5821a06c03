"""``/api/auth``: login, logout, session check, single sign-on."""

from datetime import datetime
from typing import Any

from flask import Blueprint, request

from app.api.umami.operation import Access, current_actor, operation
from app.api.umami.schemas.auth import (
    Confirmed,
    CurrentUserWithTeams,
    ForgotPassword,
    LoggedIn,
    LoginIn,
    Ok,
    PasswordConfirmation,
    SignedOn,
    Subscription,
)
from app.domain.actor import Actor
from app.services.authentication import login as auth
from app.services.authentication import password_resets, sessions
from app.services.authentication.bearer import Identity, whoami
from app.services.authentication.partial_logins import HalfWay

bp = Blueprint("auth", __name__, url_prefix="/auth")


def _user_agent() -> str:
    return request.headers.get("User-Agent", "")


@bp.post("/login")
@operation(LoggedIn, takes=LoginIn, access=Access.PUBLIC, refuses=(401, 429))
def login(data: dict[str, Any]) -> auth.Login | HalfWay:
    """Log in with username or e-mail address, and password; returns a token."""
    return auth.login(current_actor(), **data, user_agent=_user_agent())


@bp.post("/forgot-password")
@operation(Ok, takes=ForgotPassword, access=Access.PUBLIC, refuses=(429,))
def forgot_password(data: str) -> None:
    """Mail a password reset link, if such a user has an e-mail address; the response does not tell."""
    password_resets.request(current_actor(), data)


@bp.post("/logout")
@operation(Ok, access=Access.LEAVING, before_enrolling=True, before_new_password=True)
def logout() -> None:
    """End the session of this token. It is not an error if it has already ended."""
    sessions.revoke_current(current_actor())


@bp.route("/verify", methods=["GET", "POST"])
@operation(CurrentUserWithTeams, before_enrolling=True, before_new_password=True)
def verify() -> Identity:
    """Return the user who is logged in, and their teams."""
    return whoami(current_actor())


@bp.post("/sso")
@operation(SignedOn, refuses=(400,))
def sso() -> tuple[Actor, str]:
    """Open a second session for the user who is logged in, for one day."""
    return current_actor(), auth.single_sign_on(current_actor(), user_agent=_user_agent())


@bp.post("/confirm")
@operation(Confirmed, takes=PasswordConfirmation, refuses=(400, 429))
def confirm(data: dict[str, Any]) -> datetime:
    """Confirm the password of this session's user. For 15 minutes, as after a login, administrators can do everything.

    Making administrators, changing their passwords and e-mail addresses, resetting a second factor, and making a key
    with the scope ``admin`` need that.
    """
    return sessions.confirm(current_actor(), **data)


@bp.get("/subscription")
@operation(Subscription)
def get_subscription() -> None:
    """Return the subscription: there is none, and nothing is limited."""
