"""``UsersManager.…``: reading users."""

from typing import Any

from app.api.matomo import parameter_types, serializers, texts
from app.api.matomo.context import add_header, current_actor
from app.api.matomo.errors import ApiError
from app.api.matomo.filters import TOTAL
from app.api.matomo.parameters import Value
from app.api.matomo.permissions import ANYONE, LOGIN, SELF, SOME_ADMIN, SOME_VIEW, SUPERUSER
from app.api.matomo.registry import method
from app.domain.roles import Standing
from app.domain.scopes import ANY_KEY, Scope
from app.services.matomo import people

NO_TEXT = "Parameter userLogins needs to be a string containing a comma separated list of users"


@method("UsersManager.getUsers", access=SOME_ADMIN, scope=Scope.USERS_READ)
def get_users(user_logins: Value = "") -> Any:
    """Return the users that the caller may see, optionally only those with the given logins."""
    actor, named = current_actor(), _names(user_logins)
    return serializers.listed(lambda window: people.list_people(actor, window, usernames=named), serializers.person)


def _names(user_logins: Value) -> list[str] | None:
    """Return the comma-separated logins without trimming them; None if there are none."""
    if not isinstance(user_logins, str):
        raise ApiError(NO_TEXT, 400)
    if user_logins in ("", "0"):
        return None
    names = user_logins.split(",")
    if len(names) > parameter_types.MOST_ITEMS:
        raise ApiError(texts.too_many_items("userLogins", parameter_types.MOST_ITEMS), 400)
    return names


@method("UsersManager.getUsersLogin", access=SOME_ADMIN, scope=Scope.USERS_READ)
def get_users_login() -> Any:
    """Return the logins of all users that the caller may see."""
    actor = current_actor()
    return serializers.listed(lambda window: people.list_usernames(actor, window), lambda row: row.username)


@method("UsersManager.getUser", access=SELF, scope=Scope.USERS_READ)
def get_user(user_login: str) -> dict[str, Any]:
    """Return one user."""
    return serializers.person(people.get_person(current_actor(), user_login))


@method("UsersManager.getUserByEmail", access=SUPERUSER, scope=Scope.USERS_READ)
def get_user_by_email(user_email: str) -> dict[str, Any]:
    """Return the user with an e-mail address."""
    return serializers.person(people.get_person_by_email(current_actor(), user_email))


@method("UsersManager.getUserLoginFromUserEmail", access=SOME_ADMIN, scope=Scope.USERS_READ)
def get_user_login_from_user_email(user_email: str) -> str:
    """Return the login of the user with an e-mail address."""
    return people.username_of_email(current_actor(), user_email)


@method("UsersManager.userExists", access=ANYONE, scope=Scope.USERS_READ)
def user_exists(user_login: str) -> bool:
    """Return whether there is a user with this login."""
    return people.username_exists(current_actor(), user_login)


@method("UsersManager.userEmailExists", access=SOME_VIEW, scope=Scope.USERS_READ)
def user_email_exists(user_email: str) -> bool:
    """Return whether there is a user with this e-mail address."""
    return people.email_exists(current_actor(), user_email)


@method("UsersManager.hasSuperUserAccess", access=ANYONE, scope=ANY_KEY)
def has_super_user_access() -> bool:
    """Return whether the caller is a superuser."""
    return current_actor().is_admin


@method("UsersManager.getUsersHavingSuperUserAccess", access=LOGIN, scope=Scope.USERS_READ)
def get_users_having_super_user_access() -> list[dict[str, Any]]:
    """Return all superusers."""
    actor = current_actor()
    return [serializers.admin(row) for row in people.list_admins(actor)]


@method("UsersManager.getUsersPlusRole", access=ANYONE, scope=Scope.USERS_READ)
def get_users_plus_role(
    id_site: str,
    limit: int | None = None,
    offset: int = 0,
    filter_search: str | None = None,
    filter_access: str | None = None,
    filter_status: str | None = None,
) -> Any:
    """Return the users that the caller may see, with the role and capabilities of each on a site."""
    actor, own = current_actor(), serializers.own_window(limit, offset)
    found = people.list_people_on_site(
        actor,
        id_site,
        serializers.within(own),
        search=filter_search,
        standing=_standing(filter_status),
        **serializers.wanted(filter_access),
    )
    add_header(TOTAL, found.page.total)
    if found.only_self:
        return [serializers.oneself_on_site(row) for row in found.page.rows if offset <= 1]
    return serializers.cut(found.page, serializers.person_on_site)


def _standing(filter_status: str | None) -> Standing | None:
    if not filter_status:
        return None
    if filter_status not in list(Standing):
        raise ApiError(texts.not_among("filter_status", Standing), 400)
    return Standing(filter_status)
