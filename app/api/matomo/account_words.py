"""What refusals about people and their access are called on this wire."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import g

from app.errors import DomainError, EmailDomainNotAllowed
from app.models import SiteRole
from app.runtime import runtime
from app.security import emails, logins
from app.services import access_by_name, access_reports, account_errors, grant_errors

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


def _last_admin(error: account_errors.LastAdmin) -> str:
    if error.deleted:
        return f"Deleting user '{error.username}' is not possible. {GRANT_FIRST}"
    return f"Removing the Super User access from user '{error.username}' is not possible. {GRANT_FIRST}"


def _no_role(error: access_by_name.NoRoleThere) -> str:
    return (
        f"Unable to grant any capabilities to user {error.username} for idSite {error.number}. "
        "The user needs at least view access."
    )


def _has_all(error: grant_errors.HasAllAccess) -> str:
    return (
        f"The user '{error.username}' has Super User access and has already permission to access and modify all "
        "websites in Matomo. You may remove the Super User access from this user and try again."
    )


WORDS: dict[type[DomainError], Callable[[Any], str]] = {
    logins.LoginFormat: lambda _: _username(
        f"The username must be between {logins.LOGIN_LEAST} and {logins.LOGIN_MOST} characters long and contain only "
        "letters, numbers, or the characters '_' or '-' or '.' or '@' or '+'"
    ),
    logins.PasswordTooShort: lambda _: f"The password length must be greater than {logins.PASSWORD_LEAST} characters.",
    logins.PasswordTooLong: lambda _: f"The password length must be less than {logins.PASSWORD_MOST} characters.",
    logins.PasswordTooWeak: lambda _: "This password is too weak, please supply another value or reset it.",
    account_errors.UsernameTaken: lambda error: _username(f"Username '{error.username}' already exists."),
    account_errors.UsernameIsEmail: lambda error: _username(f"Username '{error.username}' already used as an email."),
    account_errors.EmailTaken: lambda error: _email(f"User with email '{error.email}' already exists."),
    account_errors.EmailIsUsername: lambda error: _email(f"Email '{error.email}' already used as a username."),
    emails.InvalidEmail: lambda error: _email(f'The value "{error.email}" does not look like a valid email.'),
    EmailDomainNotAllowed: _domains,
    account_errors.NoFirstWebsite: lambda _: (
        "New users must be given access to a website, please set the 'initialIdSite' parameter."
    ),
    account_errors.ReservedAccount: lambda _: RESERVED,
    account_errors.LastAdmin: _last_admin,
    account_errors.NotConfirmed: lambda _: "Please enter your password to confirm this change.",
    account_errors.WrongPassword: lambda _: "The current password you entered is not correct.",
    account_errors.ResendDenied: lambda error: (
        f"Resending an invite is only allowed to the user who invited {error.username} or any super user."
    ),
    grant_errors.HasAllAccess: _has_all,
    grant_errors.OnlyViews: lambda _: "You can only set access noaccess or view access to the 'anonymous' user.",
    grant_errors.UnknownCapability: lambda error: access_values(runtime().capabilities, error.capability),
    access_by_name.AnonymousOnlyViews: lambda _: "You cannot grant any capability to the 'anonymous' user.",
    access_by_name.NoRoleThere: _no_role,
    access_reports.HasEverything: lambda _: "This method should not be used with superusers.",
}
"""By kind, as in ``words``."""
