"""``UsersManager.…``: preferences of users."""

from app.api.matomo.context import ANONYMOUS, current_actor
from app.api.matomo.permissions import ANYONE, SELF
from app.api.matomo.registry import method
from app.domain.scopes import Scope
from app.services.matomo import preferences


@method("UsersManager.setUserPreference", access=SELF, writes=True, scope=Scope.USERS_WRITE)
def set_user_preference(user_login: str, preference_name: str, preference_value: str) -> None:
    """Store a preference."""
    preferences.set_preference(current_actor(), user_login, preference_name, preference_value)


@method("UsersManager.getUserPreference", access=ANYONE, scope=Scope.USERS_READ)
def get_user_preference(preference_name: str, user_login: str = "") -> str | int | bool:
    """Return a preference or its default; false if it has none."""
    actor = current_actor()
    found = preferences.get_preference(actor, preference_name, user_login or actor.username or ANONYMOUS)
    return False if found is None else found
