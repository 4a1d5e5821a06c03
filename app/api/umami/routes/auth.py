"""``/api/auth``: login, logout, session check, single sign-on."""

from typing import Any

from flask import Blueprint, request

from app.api.umami.operation import Access, current_actor, operation
from app.api.umami.schemas.auth import (
    CurrentUserWithTeams,
    ForgotPassword,
    LoggedIn,
    LoginIn,
    Ok,
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
    """
    Log in with a username or e-mail address and a password, and return a token.

    For users with a second factor, the token is valid only for completing the login with `POST /api/2fa/verify`.
    """
    return auth.login(current_actor(), **data, user_agent=_user_agent())


@bp.post("/forgot-password")
@operation(Ok, takes=ForgotPassword, access=Access.PUBLIC, refuses=(429,))
def forgot_password(data: str) -> None:
    """
    Send a password reset link to a user who has an e-mail address.

    The response does not tell whether there is such a user.
    """
    password_resets.request(current_actor(), data)


@bp.post("/logout")
@operation(Ok, access=Access.LEAVING, before_enrolling=True)
def logout() -> None:
    """
    End the session, and revoke its token.

    It is not an error if the session has already ended.
    """
    sessions.revoke_current(current_actor())


@bp.route("/verify", methods=["GET", "POST"])
@operation(CurrentUserWithTeams, before_enrolling=True)
def verify() -> Identity:
    """Return the current user and their teams."""
    return whoami(current_actor())


@bp.post("/sso")
@operation(SignedOn, refuses=(400,))
def sso() -> tuple[Actor, str]:
    """Return a second token for the current user, which is valid for a day."""
    return current_actor(), auth.single_sign_on(current_actor(), user_agent=_user_agent())


@bp.get("/subscription")
@operation(Subscription)
def get_subscription() -> None:
    """Return the subscription, which a self-hosted server does not have; nothing is limited."""
