"""The texts of errors in Umami's API: exactly Umami's where it has the same error."""

from collections.abc import Callable
from typing import Any

from app.api.umami import texts
from app.domain.errors import (
    AccessCodeTaken,
    AlreadyInvited,
    AlreadyJoined,
    AlreadyMember,
    AnswersTooLong,
    CodeUsed,
    ConfirmationNeeded,
    ControlCharacters,
    DatabaseUnavailable,
    DeletedUserId,
    DeletingYourself,
    Denied,
    DomainError,
    EmailTooLong,
    FactorLocked,
    Invalid,
    InvalidField,
    InvalidState,
    InvisibleCharacters,
    KeysNotManaged,
    MissingScope,
    MixedScripts,
    NoLongerEnabled,
    NoPendingSetup,
    NotFound,
    NotMember,
    NotTeamManager,
    NotTeamMember,
    OperationFailed,
    PasswordChangeNeeded,
    SecondFactorEnabled,
    SecondFactorNeeded,
    SecondFactorNotEnabled,
    SecondFactorRequired,
    SecretUnreadable,
    SlugTaken,
    TeamIdTaken,
    Throttled,
    TookTooLong,
    TooLong,
    TooMany,
    TooManyPasswords,
    TooManyRows,
    TooShort,
    Unauthenticated,
    UnknownName,
    UnknownTeam,
    UnknownWebsites,
    UnsupportedShare,
    UserIdTaken,
    UsernameTaken,
    WebsiteIdTaken,
    WrongBackupCode,
    WrongCode,
    WrongFactorPassword,
    WrongPassword,
    entry_for,
)


def _plain(error: DomainError) -> str:
    """Return our own sentence, for errors that Umami does not have."""
    return error.message


def _too_short(error: TooShort) -> str:
    return texts.too_short(error.minimum, error.unit)


def _too_long(error: TooLong) -> str:
    return texts.too_long(error.maximum, error.unit)


TEXTS: dict[type[DomainError], str | Callable[[Any], str]] = {
    DomainError: _plain,
    Invalid: "Bad request",
    OperationFailed: _plain,
    TooManyPasswords: _plain,
    AnswersTooLong: _plain,
    TookTooLong: _plain,
    InvalidField: _plain,
    InvalidState: _plain,
    KeysNotManaged: _plain,
    TooManyRows: _plain,
    TooShort: _too_short,
    TooLong: _too_long,
    TooMany: lambda error: texts.too_many(error.maximum),
    ControlCharacters: "Invalid string: must not contain control characters",
    InvisibleCharacters: "Invalid string: must not contain invisible or unassigned characters",
    MixedScripts: "Invalid string: must not mix letters of several scripts",
    EmailTooLong: lambda error: texts.too_long(error.maximum),
    UnsupportedShare: lambda error: f"Invalid input: expected {error.expected}",
    DeletedUserId: "A deleted user has this id. Restore the user (POST /api/users/:id/restore), or choose another id.",
    UserIdTaken: "A user with this id already exists",
    TeamIdTaken: "A team with this id already exists",
    WebsiteIdTaken: "A website with this id already exists",
    UsernameTaken: "User already exists",
    AlreadyInvited: lambda error: (
        f"{error.name} has been invited already. "
        f"Send the invitation again: POST /api/invitations/{error.invitation_id}/resend"
    ),
    AccessCodeTaken: "That access code is already taken.",
    SlugTaken: "That share ID is already taken.",
    WrongPassword: "Current password is incorrect",
    DeletingYourself: "You cannot delete yourself.",
    AlreadyMember: "User is already a member of the Team.",
    AlreadyJoined: "User is already a team member.",
    NotMember: "The User does not exists on this team.",  # (sic)
    Unauthenticated: "Unauthorized",
    Denied: "Unauthorized",
    NotTeamMember: "You must be a member of this team.",
    NotTeamManager: "You must be the owner/manager of this team.",
    NotFound: "Not found",
    UnknownName: _plain,
    UnknownTeam: "Team not found.",
    UnknownWebsites: _plain,
    PasswordChangeNeeded: _plain,
    ConfirmationNeeded: _plain,
    MissingScope: _plain,
    SecondFactorNeeded: "Two-factor authentication must be set up first",
    SecondFactorRequired: "2FA is required and cannot be disabled",
    WrongCode: "Invalid verification code",
    WrongBackupCode: "Invalid backup code",
    CodeUsed: "Code already used",
    WrongFactorPassword: "Incorrect password",
    SecondFactorEnabled: "2FA is already enabled",
    SecondFactorNotEnabled: "2FA is not enabled",
    NoLongerEnabled: "2FA not enabled for this user",
    NoPendingSetup: "No pending 2FA setup found",
    FactorLocked: "Too many failed attempts",
    SecretUnreadable: "TWO_FACTOR_ENCRYPTION_KEY is missing or invalid",
    Throttled: "Too many failed attempts. Please try again later.",
    DatabaseUnavailable: "The database is not available",
}
"""Texts by class. A subclass without an entry of its own has that of its closest base class."""


def text_of(error: DomainError) -> str:
    """Return the text of an error."""
    text = entry_for(TEXTS, error)
    return text if isinstance(text, str) else text(error)
