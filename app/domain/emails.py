"""The rule for e-mail addresses."""

from collections.abc import Collection
from functools import lru_cache

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, ValidatedEmail, validate_email

from app.domain.errors import EmailDomainNotAllowed, EmailTooLong, InvalidEmail

EMAIL_MAX_LENGTH = 254
SPECIAL_USE_DOMAIN_NAMES.clear()  # companies have mail under .local, .internal and the like


def clean_email(text: str, field: str = "email", *, domains: Collection[str] = ()) -> str:
    """
    The address as it is stored: trimmed, its domain in lower case. Names of internal networks are domains as well.

    :param domains: those that it may have, in lower case; any without some
    :raises InvalidEmail: it is none, or longer than 254 characters, or has other than ASCII before the @
    :raises EmailDomainNotAllowed: it is one of another domain
    """
    address = text.strip()
    if len(address) > EMAIL_MAX_LENGTH:
        raise EmailTooLong(field, text, f"It has more than {EMAIL_MAX_LENGTH} characters.", EMAIL_MAX_LENGTH)
    try:
        found = _parsed(address)
    except EmailNotValidError as error:
        reason = str(error).encode("utf-8", "backslashreplace").decode()
        raise InvalidEmail(field, text, reason) from error
    if not _may_be_public(found.ascii_domain):
        raise InvalidEmail(field, text, "The part after the @-sign should be a name with a period.")
    if domains and found.normalized.rpartition("@")[2].lower() not in domains:
        raise EmailDomainNotAllowed(field, found.normalized, tuple(domains))
    return found.normalized


def ascii_form(address: str) -> str:
    """The address as every mail server takes it. :raises ValueError: it has none"""
    return _parsed(address).ascii_email or ""


def _parsed(address: str) -> ValidatedEmail:
    # Whether mail reaches it is for the mail server to find out: nothing is looked up here.
    return validate_email(
        address, check_deliverability=False, allow_smtputf8=False, globally_deliverable=False, strict=True
    )


def _may_be_public(domain: str) -> bool:
    """It has a period, and does not end in a number, as addresses of machines do."""
    _, period, last = domain.rpartition(".")
    return bool(period) and not last.isdigit()


@lru_cache(maxsize=8)
def parsed_domains(text: str) -> tuple[str, ...]:
    """
    Domains from a list with commas, as addresses are stored with them; of an address, what comes after the @.

    :raises InvalidEmail: one that no address can have
    """
    parts = (part.rpartition("@")[2].strip() for part in text.split(","))
    return tuple(dict.fromkeys(clean_email(f"x@{part}").rpartition("@")[2].lower() for part in parts if part))
