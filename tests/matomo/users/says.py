"""Matomo's error texts, under names that follow Matomo's own tests."""

NEEDS_SUPERUSER = "You can't access this resource as it requires a 'superuser' access."
NEEDS_SOME_ADMIN = "You can't access this resource as it requires admin access for at least one website."
NEEDS_SOME_VIEW = "You can't access this resource as it requires view access for at least one website."
NEEDS_LOGIN = "You must be logged in to access this functionality."
NO_SITES = "Specify at least one website ID in &amp;idSites="
NO_ROLE = "No role is set but one of these needs to be set: view, write, admin"
SEVERAL_ROLES = "Only one role can be set but multiple have been set. Use only one of: view, write, admin"
ONLY_VIEW = "You can only set access noaccess or view access to the 'anonymous' user."
NO_ANONYMOUS_CAPABILITY = "You cannot grant any capability to the 'anonymous' user."
EDIT_ANONYMOUS = (
    "The anonymous user cannot be edited or deleted. It is used by Matomo to define a user that has not logged in yet. "
    "For example, you can make your statistics public by granting the 'view' access to the 'anonymous' user."
)
GRANT_FIRST = (
    "There has to be at least one user with Super User access. Please grant Super User access to another user first."
)
LOGIN_FORMAT = (
    "Username: The username must be between 2 and 100 characters long and contain only letters, numbers, "
    "or the characters '_' or '-' or '.' or '@' or '+'"
)
TOO_SHORT = "The password length must be greater than 6 characters."
TOO_LONG = "The password length must be less than 200 characters."
TOO_WEAK = "This password is too weak, please supply another value or reset it."
NO_FIRST_SITE = "New users must be given access to a website, please set the 'initialIdSite' parameter."
CONFIRM = "Please enter your password to confirm this change."
WRONG_PASSWORD = "The current password you entered is not correct."
NO_SUPERUSERS = "This method should not be used with superusers."

ROLES = "view, write, admin"
CAPABILITIES = "tagmanager_write, tagmanager_publish_live_container, tagmanager_use_custom_templates"


def needs_site(role: str, number: object) -> str:
    return f"You can't access this resource as it requires '{role}' access for the website id = {number}."


def needs_oneself(login: str) -> str:
    return f"The user has to be either a Super User or the user '{login}' itself."


def no_user(login: str) -> str:
    return f"User '{login}' doesn't exist."


def unexpected_site(number: object) -> str:
    return f"An unexpected website was found in the request: website id was set to '{number}' ."


def access_values(given: str, allowed: str = f"{ROLES}, {CAPABILITIES}") -> str:
    return f"The parameter access must have one of the following values: [ {allowed} ], '{given}' given."


def has_superuser(login: str) -> str:
    return (
        f"The user '{login}' has Super User access and has already permission to access and modify all websites in "
        "Matomo. You may remove the Super User access from this user and try again."
    )


def no_capability(login: str, number: int) -> str:
    return f"Unable to grant any capabilities to user {login} for idSite {number}. The user needs at least view access."


def resend_denied(login: str) -> str:
    return f"Resending an invite is only allowed to the user who invited {login} or any super user."


def last_deleted(login: str) -> str:
    return f"Deleting user '{login}' is not possible. {GRANT_FIRST}"


def last_removed(login: str) -> str:
    return f"Removing the Super User access from user '{login}' is not possible. {GRANT_FIRST}"


def bad_email(email: str, title: str = "Email") -> str:
    return f"{title}: The value &quot;{email}&quot; does not look like a valid email."


def domain(email: str, domains: str, title: str = "Email") -> str:
    return (
        f"{title}: The email &quot;{email}&quot; cannot be used, "
        f"as only emails with the domains &quot;{domains}&quot; are allowed."
    )
