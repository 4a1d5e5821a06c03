"""``UsersManager.…``: creating, changing and deleting accounts."""

from app.api.matomo import access_parameter
from app.api.matomo.context import current_actor
from app.api.matomo.parameter_types import no_zero
from app.api.matomo.permissions import SELF, SOME_ADMIN, SUPERUSER
from app.api.matomo.registry import method
from app.domain.errors import PasswordHashed
from app.domain.scopes import Scope
from app.services.matomo import accounts

HASHED = {"is_password_hashed": "_isPasswordHashed"}


@method("UsersManager.addUser", access=SOME_ADMIN, writes=True, names=HASHED, scope=Scope.USERS_WRITE)
def add_user(
    user_login: str,
    password: str,
    email: str,
    is_password_hashed: bool = False,
    initial_id_site: str | None = None,
    password_confirmation: str | None = None,
) -> None:
    """Create an account with view access to a site."""
    _refuse_hash(is_password_hashed)
    accounts.open_account(
        current_actor(),
        username=user_login,
        password=password,
        email=email,
        website=no_zero(initial_id_site),
        confirmation=access_parameter.confirmed_in_session(password_confirmation),
    )


@method("UsersManager.updateUser", access=SELF, writes=True, names=HASHED, scope=Scope.USERS_WRITE)
def update_user(
    user_login: str,
    password: str | None = None,
    email: str | None = None,
    is_password_hashed: bool = False,
    password_confirmation: str | None = None,
) -> None:
    """Set a user's password or e-mail address."""
    _refuse_hash(is_password_hashed)
    accounts.change_account(
        current_actor(), user_login, password=password, email=email, confirmation=password_confirmation
    )


@method("UsersManager.deleteUser", access=SOME_ADMIN, writes=True, scope=Scope.USERS_WRITE)
def delete_user(user_login: str, password_confirmation: str | None = None) -> None:
    """Delete an account."""
    confirmation = access_parameter.confirmed_in_session(password_confirmation)
    accounts.close_account(current_actor(), user_login, confirmation=confirmation)


@method("UsersManager.setSuperUserAccess", access=SUPERUSER, writes=True, scope=Scope.ADMIN)
def set_super_user_access(
    user_login: str, has_super_user_access: bool, password_confirmation: str | None = None
) -> None:
    """Grant or revoke superuser access."""
    accounts.set_admin(current_actor(), user_login, has_super_user_access, confirmation=password_confirmation)


def _refuse_hash(is_hashed: bool) -> None:
    if is_hashed:
        raise PasswordHashed("password")
