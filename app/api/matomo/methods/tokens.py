"""``UsersManager.…``: access tokens and sessions."""

from app.api.matomo import dates
from app.api.matomo.context import current_actor
from app.api.matomo.permissions import ANYONE, LOGIN, SELF
from app.api.matomo.registry import method
from app.services.authentication import login, sessions
from app.services.matomo import people
from app.services.matomo.requirements import require_login


@method("UsersManager.createAppSpecificTokenAuth", access=ANYONE, writes=True, bulk=False)
def create_app_specific_token_auth(
    user_login: str,
    password_confirmation: str,
    description: str,
    expire_date: str | None = None,
    expire_hours: str = "0",
    auth_code: str | None = None,
) -> str:
    """Create an access token for a username or e-mail address and its password; it is returned only this once.
    An account with a second factor needs ``authCode`` as well.
    """
    until = dates.parsed(expire_date) if expire_date else dates.in_hours(expire_hours)
    return login.create_access_token(
        current_actor(),
        user_login,
        password_confirmation,
        description=description,
        expires_at=until,
        code=auth_code,
    )


@method("UsersManager.logoutUser", access=SELF, writes=True)
def logout_user(user_login: str) -> None:
    """End all sessions of a user; access tokens stay valid."""
    person = people.get_person(current_actor(), user_login)
    require_login(current_actor())
    sessions.revoke_user(current_actor(), person.id)


@method("UsersManager.newsletterSignup", access=LOGIN, writes=True)
def newsletter_signup() -> dict[str, bool]:
    """Sign no one up: accounts are never reported to another server."""
    require_login(current_actor())
    return {"error": True}
