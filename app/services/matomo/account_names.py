"""Names and addresses that clients of Matomo's API give to accounts; for services, which have asked for permission."""

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
    The address as a new account with this name may have it.

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
    """:raises Invalid, Conflict: it cannot be the address of the account ``but``"""
    _clean_email(email, [row for row in _called("", fold(email)) if row.id != but])


def _called(name_key: str, email_key: str) -> list[Called]:
    return fetch_all(queries.select_called, name_key=name_key, given_key=email_key)


def _clean_email(email: str, called: list[Called]) -> str:
    """The address, if nobody of those who are called so has it, or it as a name."""
    key = fold(emails.clean_email(email))
    if any(row.email_key == key for row in called):
        raise EmailTaken(email)
    if any(row.username_key == key for row in called):
        raise EmailIsUsername(email)
    return profiles.clean_email(email)
