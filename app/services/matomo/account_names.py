"""Usernames and e-mail addresses that Matomo's clients give to accounts; the calling service checks permission."""

from uuid import UUID

from app.db.reads import fetch_all
from app.domain import emails
from app.domain.errors import EmailIsUsername, EmailTaken, UsernameIsEmail, UsernameTaken
from app.domain.folding import fold
from app.queries.matomo import people as queries
from app.queries.matomo.people import Called
from app.services.matomo.account_rules import check_login
from app.services.matomo.lookup import is_anonymous
from app.services.users import profiles


def clean_names(username: str, email: str) -> str:
    """
    Return the e-mail address as it is stored for a new account with this username.

    :raises Invalid, Conflict: see ``accounts.open_account``
    """
    check_login(username)
    name_key, email_key = fold(username), fold(email)
    called = _called(name_key, email_key)
    if is_anonymous(username) or any(row.username_key == name_key for row in called):
        raise UsernameTaken(username)
    if any(row.email_key == name_key for row in called):
        raise UsernameIsEmail(username)
    return _clean_email(email, called)


def check_email(email: str, *, but: UUID) -> None:
    """:raises Invalid, Conflict: the account ``but`` cannot have this e-mail address"""
    _clean_email(email, [row for row in _called("", fold(email)) if row.id != but])


def _called(name_key: str, email_key: str) -> list[Called]:
    return fetch_all(queries.select_called, name_key=name_key, given_key=email_key)


def _clean_email(email: str, called: list[Called]) -> str:
    """Return the address as it is stored, unless one of ``called`` has it as address or username."""
    key = fold(emails.clean_email(email))
    if any(row.email_key == key for row in called):
        raise EmailTaken(email)
    if any(row.username_key == key for row in called):
        raise EmailIsUsername(email)
    return profiles.clean_email(email)
