"""The rule for e-mail addresses."""

from collections.abc import Collection
from functools import cache, lru_cache
from types import ModuleType
from typing import TYPE_CHECKING

from app.domain.errors import EmailDomainNotAllowed, EmailTooLong, InvalidEmail

if TYPE_CHECKING:
    from email_validator import ValidatedEmail

EMAIL_MAX_LENGTH = 254


def clean_email(text: str, field: str = "email", *, domains: Collection[str] = ()) -> str:
    """
    The address as it is stored: trimmed, with the domain in lower case. Domains of internal networks are allowed.

    :param domains: the allowed domains, in lower case; empty to allow any
    :raises InvalidEmail: it is not an address, has more than 254 characters, or has non-ASCII characters before the @
    :raises EmailDomainNotAllowed: its domain is not in ``domains``
    """
    address = text.strip()
    if len(address) > EMAIL_MAX_LENGTH:
        raise EmailTooLong(field, text, f"It has more than {EMAIL_MAX_LENGTH} characters.", EMAIL_MAX_LENGTH)
    try:
        found = _parsed(address)
    except ValueError as error:  # EmailNotValidError
        reason = str(error).encode("utf-8", "backslashreplace").decode()
        raise InvalidEmail(field, text, reason) from error
    if not _may_be_public(found.ascii_domain):
        raise InvalidEmail(field, text, "The part after the @-sign should be a domain name with a period.")
    if domains and found.normalized.rpartition("@")[2].lower() not in domains:
        raise EmailDomainNotAllowed(field, found.normalized, tuple(domains))
    return found.normalized


def ascii_form(address: str) -> str:
    """The address in pure ASCII, as every mail server accepts it. :raises ValueError: the address is not valid"""
    return _parsed(address).ascii_email or ""


def _parsed(address: str) -> "ValidatedEmail":
    # No DNS lookups here: the mail server finds out whether the address can be reached.
    found: ValidatedEmail = _library().validate_email(
        address, check_deliverability=False, allow_smtputf8=False, globally_deliverable=False, strict=True
    )
    return found


@cache
def _library() -> ModuleType:
    import email_validator  # at first use, because most commands check no address

    email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()  # companies have mail under .local, .internal and the like
    return email_validator


def _may_be_public(domain: str) -> bool:
    """Whether the domain has a period and, unlike an IP address, does not end in a number."""
    _, period, last = domain.rpartition(".")
    return bool(period) and not last.isdigit()


@lru_cache(maxsize=8)
def parsed_domains(text: str) -> tuple[str, ...]:
    """
    The domains of a comma-separated list, in the form that stored addresses have.

    An entry may be an address; then only the part after the @ counts.

    :raises InvalidEmail: an entry cannot be the domain of an address
    """
    parts = (part.rpartition("@")[2].strip() for part in text.split(","))
    return tuple(dict.fromkeys(clean_email(f"x@{part}").rpartition("@")[2].lower() for part in parts if part))
