"""What refusals about people and their access are called on this wire."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import g

from app.domain.errors import (
    AnonymousOnlyViews,
    DomainError,
    EmailDomainNotAllowed,
    EmailIsUsername,
    EmailTaken,
    HasAllAccess,
    HasEverything,
    InvalidEmail,
    LastAdmin,
    LoginFormat,
    NoFirstWebsite,
    NoRoleThere,
    NotConfirmed,
    OnlyViews,
    PasswordTooLong,
    PasswordTooShort,
    PasswordTooWeak,
    ResendDenied,
    ReservedAccount,
    UnknownCapability,
    UsernameIsEmail,
    UsernameTaken,
    WrongPassword,
)
from app.domain.roles import SiteRole
from app.runtime import runtime
from app.services.matomo import account_rules

UPDATE = "UsersManager.updateUser"
GRANT_FIRST = (
    "There has to be at least one user with Super User access. Please grant Super User access to another user first."
)
NO_ROLE = f"No role is set but one of these needs to be set: {', '.join(SiteRole)}"
SEVERAL_ROLES = f"Only one role can be set but multiple have been set. Use only one of: {', '.join(SiteRole)}"
RESERVED = (
    "The anonymous user cannot be edited or deleted. It is used by Matomo to define a user that has not logged in yet. "
    "For example, you can make your statistics public by granting the 'view' access to the 'anonymous' user."
)


def access_values(allowed: Iterable[str], given: str) -> str:
    """A role or capability that there is not."""
    return f"The parameter access must have one of the following values: [ {', '.join(allowed)} ], '{given}' given."


def not_among(name: str, allowed: Iterable[str]) -> str:
    """A word that means nothing there."""
    return f"The parameter '{name}' must be one of: {', '.join(allowed)}."


def _username(said: str) -> str:
    return f"Username: {said}"


def _email(said: str) -> str:
    """With the title that the field has where it is changed, or else where it is first given."""
    return f"{'email' if g.matomo.given.get('method') == UPDATE else 'Email'}: {said}"


def _domains(error: EmailDomainNotAllowed) -> str:
    domains = ", ".join(error.domains)
    return _email(f'The email "{error.email}" cannot be used, as only emails with the domains "{domains}" are allowed.')


def _last_admin(error: LastAdmin) -> str:
    if error.deleted:
        return f"Deleting user '{error.username}' is not possible. {GRANT_FIRST}"
    return f"Removing the Super User access from user '{error.username}' is not possible. {GRANT_FIRST}"


def _no_role(error: NoRoleThere) -> str:
    return (
        f"Unable to grant any capabilities to user {error.username} for idSite {error.number}. "
        "The user needs at least view access."
    )


def _has_all(error: HasAllAccess) -> str:
    return (
        f"The user '{error.username}' has Super User access and has already permission to access and modify all "
        "websites in Matomo. You may remove the Super User access from this user and try again."
    )


WORDS: dict[type[DomainError], Callable[[Any], str]] = {
    LoginFormat: lambda _: _username(
        f"The username must be between {account_rules.LOGIN_LEAST} and {account_rules.LOGIN_MOST} "
        "characters long and contain only letters, numbers, or the characters '_' or '-' or '.' or '@' or '+'"
    ),
    PasswordTooShort: lambda error: f"The password length must be greater than {error.least} characters.",
    PasswordTooLong: lambda error: f"The password length must be less than {error.most} characters.",
    PasswordTooWeak: lambda _: "This password is too weak, please supply another value or reset it.",
    UsernameTaken: lambda error: _username(f"Username '{error.username}' already exists."),
    UsernameIsEmail: lambda error: _username(f"Username '{error.username}' already used as an email."),
    EmailTaken: lambda error: _email(f"User with email '{error.email}' already exists."),
    EmailIsUsername: lambda error: _email(f"Email '{error.email}' already used as a username."),
    InvalidEmail: lambda error: _email(f'The value "{error.email}" does not look like a valid email.'),
    EmailDomainNotAllowed: _domains,
    NoFirstWebsite: lambda _: "New users must be given access to a website, please set the 'initialIdSite' parameter.",
    ReservedAccount: lambda _: RESERVED,
    LastAdmin: _last_admin,
    NotConfirmed: lambda _: "Please enter your password to confirm this change.",
    WrongPassword: lambda _: "The current password you entered is not correct.",
    ResendDenied: lambda error: (
        f"Resending an invite is only allowed to the user who invited {error.username} or any super user."
    ),
    HasAllAccess: _has_all,
    OnlyViews: lambda _: "You can only set access noaccess or view access to the 'anonymous' user.",
    UnknownCapability: lambda error: access_values(runtime().capabilities, error.capability),
    AnonymousOnlyViews: lambda _: "You cannot grant any capability to the 'anonymous' user.",
    NoRoleThere: _no_role,
    HasEverything: lambda _: "This method should not be used with superusers.",
}
"""By kind, as in ``words``."""
