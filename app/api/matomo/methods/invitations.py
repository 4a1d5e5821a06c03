"""``UsersManager.…``: invitations."""

from flask import request

from app.api.matomo import access_parameter
from app.api.matomo.context import current_actor
from app.api.matomo.parameter_types import no_zero
from app.api.matomo.permissions import SOME_ADMIN
from app.api.matomo.registry import method
from app.domain.scopes import Scope
from app.services.matomo import invitations


@method("UsersManager.inviteUser", access=SOME_ADMIN, writes=True, scope=Scope.USERS_WRITE)
def invite_user(
    user_login: str,
    email: str,
    initial_id_site: str | None = None,
    expiry_in_days: int | None = None,
    password_confirmation: str | None = None,
) -> None:
    """Invite a user to view a site; invited users choose their own password."""
    invitations.invite_person(
        current_actor(),
        username=user_login,
        email=email,
        website=no_zero(initial_id_site),
        days=expiry_in_days or None,
        confirmation=access_parameter.confirmed_in_session(password_confirmation),
    )


@method("UsersManager.resendInvite", access=SOME_ADMIN, writes=True, scope=Scope.USERS_WRITE)
def resend_invite(user_login: str, expiry_in_days: int = 7, password_confirmation: str | None = None) -> None:
    """Send the invitation again with a new link; earlier links stop working."""
    invitations.invite_again(
        current_actor(),
        user_login,
        days=expiry_in_days or None,
        confirmation=access_parameter.confirmed_in_session(password_confirmation),
    )


@method("UsersManager.generateInviteLink", access=SOME_ADMIN, writes=True, scope=Scope.USERS_WRITE)
def generate_invite_link(user_login: str, expiry_in_days: int = 7, password_confirmation: str | None = None) -> str:
    """Return another link to accept the invitation; the link that was mailed stays valid."""
    return invitations.link_for(
        current_actor(),
        user_login,
        request.root_url,
        days=expiry_in_days or None,
        confirmation=access_parameter.confirmed_in_session(password_confirmation),
    )
