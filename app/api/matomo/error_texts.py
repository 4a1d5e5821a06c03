"""Errors of the services as Matomo's clients know them: a text for each, and a status for each kind."""

from collections.abc import Callable
from typing import Any

from flask import g

from app.api.matomo import texts
from app.domain.errors import (
    AdminNeeded,
    AlreadyInvited,
    BadPreferenceName,
    BadValue,
    CodeNeeded,
    CodeUsed,
    ConfirmationNeeded,
    DatabaseUnavailable,
    Denied,
    DomainError,
    EmailDomainNotAllowed,
    EmailIsUsername,
    EmailTaken,
    HasAllAccess,
    HasEverything,
    HiddenUser,
    InvalidEmail,
    LastAdmin,
    LastWebsite,
    LoginFormat,
    LoginNeeded,
    Missing,
    MissingScope,
    NoFirstWebsite,
    NoRole,
    NoSuchWebsite,
    NotConfirmed,
    NoUsernameOrEmail,
    NoWebsites,
    OnlyViews,
    PasswordChangeNeeded,
    PasswordTooWeak,
    ResendDenied,
    ReservedAccount,
    SecondFactorNeeded,
    SelfNeeded,
    SomeAccessNeeded,
    Throttled,
    TooLong,
    TooMany,
    TooShort,
    Unauthenticated,
    Unavailable,
    UnknownCapability,
    UnknownPreference,
    UnknownPreferenceUser,
    UnknownUser,
    UnknownWebsites,
    Unstorable,
    UsernameIsEmail,
    UsernameTaken,
    WebsiteDenied,
    WebsiteMissing,
    WrongCode,
    WrongCredentials,
    WrongPassword,
    entry_for,
)
from app.runtime import runtime

UPDATE = "UsersManager.updateUser"
TITLES = {"urls": "URLs", "excluded_ips": "Excluded IPs", "description": "Description"}
"""Fields whose error texts begin with a title."""
GRANT_FIRST = (
    "There has to be at least one user with Super User access. Please grant Super User access to another user first."
)
RESERVED = (
    "The anonymous user cannot be edited or deleted. It is used by Matomo to define a user that has not logged in yet. "
    "For example, you can make your statistics public by granting the 'view' access to the 'anonymous' user."
)
EMPTY = {
    "name": "The website name can't be empty.",
    "urls": "You must specify at least one URL for the website.",
    "description": "A value needs to be provided.",
}
LAST_WEBSITE = (
    "It is not possible to delete this website as it is the only registered website. "
    "Add a new website first, then delete this one."
)

STATUSES: dict[type[DomainError], int] = {
    DomainError: 200,  # a broken rule is reported in the body, as in Matomo
    Unstorable: 400,
    Unauthenticated: 401,
    WrongCredentials: 200,
    WrongCode: 401,
    CodeUsed: 401,
    Denied: 401,
    Throttled: 429,
    Unavailable: 503,
}


def _plain(error: DomainError) -> str:
    """Return our own text where Matomo has no such error."""
    return error.message


def _titled(field: str, said: str) -> str:
    return f"{TITLES[field]}: {said}" if field in TITLES else said


def _username(said: str) -> str:
    return f"Username: {said}"


def _email(said: str) -> str:
    """Prefix the text with the field's title, which Matomo spells differently when a user is updated."""
    return f"{'email' if g.matomo.given.get('method') == UPDATE else 'Email'}: {said}"


def _login_format(error: LoginFormat) -> str:
    return _username(
        f"The username must be between {error.minimum} and {error.maximum} "
        "characters long and contain only letters, numbers, or the characters '_' or '-' or '.' or '@' or '+'"
    )


def _missing(error: Missing) -> str:
    return _titled(error.field, EMPTY[error.field]) if error.field in EMPTY else error.message


def _too_short(error: TooShort) -> str:
    if error.field == "password":
        return f"The password length must be greater than {error.minimum} characters."
    return error.message


def _too_long(error: TooLong) -> str:
    if (error.field, error.unit) == ("password", "characters"):
        return f"The password length must be less than {error.maximum} characters."
    said = {
        "password": f"A password can be at most {error.maximum} bytes long in UTF-8.",
        "value": f"A preference can be at most {error.maximum} characters long.",
        "description": (
            f'Description: The value contains "{error.length}" characters '
            f"but should contain at most {error.maximum} characters."
        ),
    }
    return said.get(error.field, error.message)


def _too_many(error: TooMany) -> str:
    said = {
        "websites": f"You can specify at most {error.maximum} websites at once.",
        "urls": f"A website can have at most {error.maximum} URLs.",
    }
    return said.get(error.field, error.message)


def _bad_value(error: BadValue) -> str:
    value = error.value
    said = {
        "urls": f"The url '{value}' is not a valid URL.",
        "timezone": f'The timezone "{value}" is not valid. Please enter a valid timezone.',
        "currency": f'The currency "{value}" is not valid. Please enter a valid currency symbol (eg. USD, EUR, etc.)',
        "excluded_ips": (
            f'The IP to exclude "{value}" does not have a valid IP format (eg. 1.2.3.4, 1.2.3.*, or 1.2.3.4/5).'
        ),
    }.get(error.field)
    return error.message if said is None else _titled(error.field, said)


def _domains(error: EmailDomainNotAllowed) -> str:
    domains = ", ".join(error.domains)
    return _email(f'The email "{error.email}" cannot be used, as only emails with the domains "{domains}" are allowed.')


def _last_admin(error: LastAdmin) -> str:
    if error.change == "deleted":
        return f"Deleting user '{error.username}' is not possible. {GRANT_FIRST}"
    return f"Removing the Super User access from user '{error.username}' is not possible. {GRANT_FIRST}"


def _only_views(error: OnlyViews) -> str:
    if error.capabilities:
        return "You cannot grant any capability to the 'anonymous' user."
    return "You can only set access noaccess or view access to the 'anonymous' user."


def _no_role(error: NoRole) -> str:
    return (
        f"Unable to grant any capabilities to user {error.username} for idSite {error.website}. "
        "The user needs at least view access."
    )


def _has_all(error: HasAllAccess) -> str:
    return (
        f"The user '{error.username}' has Super User access and has already permission to access and modify all "
        "websites in Matomo. You may remove the Super User access from this user and try again."
    )


TEXTS: dict[type[DomainError], str | Callable[[Any], str]] = {
    DomainError: _plain,
    Unstorable: texts.UNSTORABLE,
    # values
    Missing: _missing,
    NoUsernameOrEmail: _plain,
    NoWebsites: texts.NO_SITES,
    NoFirstWebsite: "New users must be given access to a website, please set the 'initialIdSite' parameter.",
    TooShort: _too_short,
    TooLong: _too_long,
    TooMany: _too_many,
    BadValue: _bad_value,
    LoginFormat: _login_format,
    PasswordTooWeak: "This password is too weak, please supply another value or reset it.",
    InvalidEmail: lambda error: _email(f'The value "{error.email}" does not look like a valid email.'),
    EmailDomainNotAllowed: _domains,
    UnknownCapability: lambda error: texts.access_values(runtime().capabilities, error.capability),
    BadPreferenceName: "Preference name cannot contain underscores.",
    UnknownPreference: lambda error: f"Not supported preference name: {error.name}",
    # what is stored
    UsernameTaken: lambda error: _username(f"Username '{error.username}' already exists."),
    UsernameIsEmail: lambda error: _username(f"Username '{error.username}' already used as an email."),
    EmailTaken: lambda error: _email(f"User with email '{error.email}' already exists."),
    EmailIsUsername: lambda error: _email(f"Email '{error.email}' already used as a username."),
    AlreadyInvited: lambda error: (
        f"{error.name} has been invited already. Use UsersManager.resendInvite to send the invitation again."
    ),
    LastAdmin: _last_admin,
    ReservedAccount: RESERVED,
    OnlyViews: _only_views,
    NotConfirmed: texts.CONFIRM,
    WrongPassword: texts.WRONG_PASSWORD,
    HasAllAccess: _has_all,
    HasEverything: "This method should not be used with superusers.",
    NoRole: _no_role,
    LastWebsite: LAST_WEBSITE,
    # permissions
    Unauthenticated: texts.LOGGED_IN,
    WrongCredentials: texts.WRONG_PASSWORD,
    CodeNeeded: texts.CODE_NEEDED,
    WrongCode: texts.WRONG_CODE,
    CodeUsed: texts.WRONG_CODE,
    ConfirmationNeeded: lambda error: error.message,
    PasswordChangeNeeded: texts.MUST_CHANGE_PASSWORD,
    SecondFactorNeeded: texts.MUST_ENROLL,
    Denied: texts.DENIED,
    MissingScope: lambda error: error.message,
    LoginNeeded: texts.LOGGED_IN,
    AdminNeeded: texts.SUPERUSER,
    SelfNeeded: lambda error: texts.superuser_or(error.username),
    SomeAccessNeeded: lambda error: texts.some(error.right),
    WebsiteDenied: lambda error: texts.on_site(error.right, error.name),
    WebsiteMissing: lambda _: texts.NO_SITE,
    ResendDenied: lambda error: (
        f"Resending an invite is only allowed to the user who invited {error.username} or any super user."
    ),
    HiddenUser: lambda error: texts.no_user(error.username),
    # things that do not exist
    UnknownUser: lambda error: texts.no_user(error.username),
    UnknownPreferenceUser: lambda error: f"User does not exist: {error.username}",
    UnknownWebsites: lambda error: texts.unexpected_sites(error.shown),
    NoSuchWebsite: lambda error: f"website id = {error.shown} not found",
    # temporary conditions
    Throttled: texts.TOO_MANY_LOGINS,
    DatabaseUnavailable: texts.NO_DATABASE,
}
"""By class; a subclass without an entry of its own uses that of its nearest base class."""


def text_of(error: DomainError) -> str:
    """Return Matomo's text for an error."""
    text = entry_for(TEXTS, error)
    return text if isinstance(text, str) else text(error)
