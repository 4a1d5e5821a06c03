"""The English texts of the protocol. Texts that only one method uses are next to that method."""

from collections.abc import Iterable

from app.domain.roles import SiteRole

SUPERUSER = "You can't access this resource as it requires a 'superuser' access."
LOGGED_IN = "You must be logged in to access this functionality."
DENIED = "You can't access this resource."
WRONG_PASSWORD = "The current password you entered is not correct."  # noqa: S105 (a message)
CONFIRM = "Please enter your password to confirm this change."
CODE_NEEDED = "Please specify a two-factor authentication code."
WRONG_CODE = "Incorrect two-factor authentication code."
MUST_CHANGE_PASSWORD = "You must change your password first. Please log in to do so."  # noqa: S105
MUST_ENROLL = "You must set up two-factor authentication. Please log in to do so."
TOO_MANY_LOGINS = "Too many failed logins. Please wait and try logging in again later."
BAD_TOKEN = "Unable to authenticate with the provided token. It is either invalid or expired."  # noqa: S105
BAD_TOKEN_IN_QUERY = (
    "Unable to authenticate with the provided token. "  # noqa: S105 (a message)
    "It is either invalid, expired or is required to be sent as a POST parameter."
)
NO_METHOD = "The parameter 'method' isn't set in the Request, and a default value wasn't provided."
BAD_METHOD = "The method name is invalid. Expected 'module.methodName'"
UNKNOWN_DATA = "The API cannot handle this data structure."
UNSTORABLE = "A value cannot be stored."
NO_DATABASE = "The database is not available. Please try again."
NO_ACTION = "The requested action does not exist: use action=index or omit the parameter."
NOT_BY_NUMBER = "Only integer keys supported for array columns on base level."
NESTED = "Multidimensional column values not supported."
NOT_IN_BULK = "This method cannot be called in a bulk request."
NO_SITE = "The parameter 'idSite=' is missing from the request."
NOT_CALLED = "This call was not made: those before it took too long or returned too much data. Please send it again."
NO_SITES = "Specify at least one website ID in &idSites="
NO_COLUMNS = "The parameters 'filter_column' and 'filter_pattern' need rows with columns, but this list has none."
NO_ROLE = f"No role is set but one of these needs to be set: {', '.join(SiteRole)}"
SEVERAL_ROLES = f"Only one role can be set but multiple have been set. Use only one of: {', '.join(SiteRole)}"
HTTP = {
    400: "The request cannot be read.",
    404: "Only the API is served here: the parameter 'module' must be 'API'.",
    405: "The request method is not allowed: use GET or POST.",
    408: "The request did not arrive in time.",
    413: "The request is too large.",
    503: "The server is busy. Please try again.",
}


def some(role: str) -> str:
    """Return the error for a caller who needs this access level on at least one website."""
    return f"You can't access this resource as it requires {role} access for at least one website."


def on_site(role: str, number: int | str) -> str:
    """Return the error for a caller who needs this access level on a certain website."""
    return f"You can't access this resource as it requires '{role}' access for the website id = {number}."


def unexpected_sites(numbers: str) -> str:
    """Return the error for websites that do not exist."""
    return f"An unexpected website was found in the request: website id was set to '{numbers}' ."


def no_user(login: str) -> str:
    return f"User '{login}' doesn't exist."


def superuser_or(login: str) -> str:
    return f"The user has to be either a Super User or the user '{login}' itself."


def access_values(allowed: Iterable[str], given: str) -> str:
    """Return the error for an unknown role or capability."""
    return f"The parameter access must have one of the following values: [ {', '.join(allowed)} ], '{given}' given."


def not_among(name: str, allowed: Iterable[str]) -> str:
    """Return the error for a value that is not one of the allowed ones."""
    return f"The parameter '{name}' must be one of: {', '.join(allowed)}."


def missing(name: str) -> str:
    return f"Please specify a value for '{name}'."


def not_text(name: str) -> str:
    return f"The parameter '{name}' must be text, not a list."


def not_boolean(name: str) -> str:
    return f"The parameter '{name}' must be one of: 1, true, yes, 0, false, no."


def not_whole(name: str) -> str:
    return f"The parameter '{name}' must be a whole number."


def too_many_items(name: str, most: int) -> str:
    return f"The parameter '{name}' has more than {most} values."


def nested_list(name: str) -> str:
    return f"The parameter '{name}' must be a list of strings, without lists inside it."


def too_many_parameters(most: int) -> str:
    return f"The request has more than {most} parameters."


def too_deep(most: int) -> str:
    return f"The request has parameters that are nested more than {most} levels deep."


def two_values(name: str) -> str:
    return f"The parameter '{name}' was sent with different values in different places."


def no_plugin(module: str) -> str:
    return f"The plugin {module} is not enabled. You can activate the plugin on Settings > Plugins page in Matomo."


def no_method(module: str, name: str) -> str:
    return f"The method '{name}' does not exist or is not available in the module '\\Piwik\\Plugins\\{module}\\API'."


def post_only(name: str) -> str:
    return f"The method '{name}' changes data, so it must be called with POST."


def no_format(name: str, formats: str) -> str:
    return f"Renderer format '{name}' not valid. Try any of the following instead: {formats}."


def not_convertible(reason: str) -> str:
    return (
        f"Data structure returned is not convertible in the requested format: {reason} "
        "Use the parameter format=json or format=xml instead."
    )


def bad_pattern(reason: str) -> str:
    return f"The parameter 'filter_pattern' cannot be used: {reason}."


def too_many_urls(most: int) -> str:
    return f"Without a token, the parameter 'urls' can have at most {most} requests."


def fault(request_id: str) -> str:
    return f"An error occurred on the server. Its request ID in the log is {request_id}."
