"""The error messages of the command line."""

import shlex
from collections.abc import Callable
from typing import Any

from app.domain.errors import (
    AlreadyInvited,
    AlreadyMember,
    CommonPassword,
    ControlCharacters,
    DatabaseUnavailable,
    DomainError,
    InvalidField,
    InvisibleCharacters,
    LastAdmin,
    LastOwner,
    Missing,
    MixedScripts,
    NotAccepted,
    NotMember,
    NotMigrated,
    NotUnicode,
    NoUsernameOrEmail,
    SamePassword,
    TooLong,
    TooMany,
    TooShort,
    UnknownName,
    entry_for,
)


def _plain(error: DomainError) -> str:
    return error.message


def _labelled(error: InvalidField) -> str:
    return f"{error.label}: {error.message}"


def _already_invited(error: AlreadyInvited) -> str:
    again = f"frontdesk invitations resend {shlex.quote(error.name)}"
    return f"{error.name} has been invited already. Send the invitation again: {again}"


def _unknown(error: UnknownName) -> str:
    group = "mail" if error.thing == "mail" else f"{error.thing}s"
    return f"{error.message} See: frontdesk {group} list"


def _with_hint(hint: str) -> Callable[[DomainError], str]:
    return lambda error: f"{error.message.removesuffix('.')}. {hint}"


def _unavailable(error: DatabaseUnavailable) -> str:
    return unusable(error.reason)


def _not_migrated(error: NotMigrated) -> str:
    return unusable(error.reason, hint="is it migrated? Run: frontdesk db upgrade")


TEXTS: dict[type[DomainError], Callable[[Any], str]] = {
    DomainError: _plain,
    InvalidField: _labelled,
    Missing: _plain,
    NoUsernameOrEmail: _labelled,
    TooShort: _plain,
    TooLong: _plain,
    TooMany: _plain,
    ControlCharacters: _plain,
    NotUnicode: _plain,
    InvisibleCharacters: _plain,
    MixedScripts: _plain,
    CommonPassword: _plain,
    SamePassword: _plain,
    AlreadyInvited: _already_invited,
    UnknownName: _unknown,
    LastAdmin: _with_hint("Make another user an administrator first: frontdesk users update USER --role admin"),
    LastOwner: _with_hint("Make another member an owner first: frontdesk teams update-member TEAM USER team-owner"),
    AlreadyMember: _with_hint("To change the role: frontdesk teams update-member"),
    NotMember: _with_hint("See: frontdesk teams list-members"),
    NotAccepted: _with_hint("To send it again: frontdesk invitations resend"),
    DatabaseUnavailable: _unavailable,
    NotMigrated: _not_migrated,
}
"""By class. A subclass without an entry of its own has that of its closest base class."""


def text_of(error: DomainError) -> str:
    """Return the message of an error, in one line."""
    return entry_for(TEXTS, error)(error)


def unusable(reason: str, *, hint: str = "for advice, run: frontdesk doctor") -> str:
    """
    Return a one-line message with what the driver says, with the URL of an SQLite file that cannot be opened, and with
    a hint.
    """
    from app.runtime import runtime  # takes long, and only a database here can be unusable
    from app.settings import masked_url

    line = reason.partition("\n")[0]
    place = f" ({masked_url(runtime().config.sqlalchemy_url)})" if "unable to open database file" in line else ""
    return f"The database cannot be used: {line}{place} ({hint})"
