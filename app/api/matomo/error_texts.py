"""What refusals of services are called on this wire, where its clients know their own words for them."""

from collections.abc import Callable
from typing import Any

from app.api.matomo import account_error_texts, texts
from app.domain.errors import (
    AdminNeeded,
    BadPreferenceName,
    BadValue,
    DomainError,
    EmptyDescription,
    HiddenUser,
    LastWebsite,
    LoginNeeded,
    LongDescription,
    NobodyPrefers,
    NoName,
    NothingToDelete,
    NoUrls,
    NoWebsites,
    OneselfNeeded,
    SomeRightNeeded,
    UnexpectedWebsites,
    UnknownPreference,
    UnknownUser,
    WebsiteDenied,
)

TITLES = {"urls": "URLs", "excluded_ips": "Excluded IPs"}
"""Fields whose title begins the text."""


def _bad_value(error: BadValue) -> str:
    value = error.value
    said = {
        "urls": f"The url '{value}' is not a valid URL.",
        "timezone": f'The timezone "{value}" is not valid. Please enter a valid timezone.',
        "currency": (f'The currency "{value}" is not valid. Please enter a valid currency symbol (eg. USD, EUR, etc.)'),
        "excluded_ips": (
            f'The IP to exclude "{value}" does not have a valid IP format (eg. 1.2.3.4, 1.2.3.*, or 1.2.3.4/5).'
        ),
    }.get(error.field)
    return error.message if said is None else _titled(error.field, said)


def _titled(field: str, said: str) -> str:
    return f"{TITLES[field]}: {said}" if field in TITLES else said


WORDS: dict[type[DomainError], Callable[[Any], str]] = {
    **account_error_texts.WORDS,
    AdminNeeded: lambda _: texts.SUPERUSER,
    LoginNeeded: lambda _: texts.LOGGED_IN,
    SomeRightNeeded: lambda error: texts.some(error.right),
    OneselfNeeded: lambda error: texts.superuser_or(error.username),
    UnknownUser: lambda error: texts.no_user(error.username),
    HiddenUser: lambda error: texts.no_user(error.username),
    WebsiteDenied: lambda error: texts.on_site(error.right, error.name),
    UnexpectedWebsites: lambda error: texts.unexpected_sites(error.shown),
    NoWebsites: lambda _: texts.NO_SITES,
    NoName: lambda _: "The website name can't be empty.",
    NoUrls: lambda _: _titled("urls", "You must specify at least one URL for the website."),
    BadValue: _bad_value,
    LastWebsite: lambda _: (
        "It is not possible to delete this website as it is the only registered website. "
        "Add a new website first, then delete this one."
    ),
    NothingToDelete: lambda error: f"website id = {error.shown} not found",
    NobodyPrefers: lambda error: f"User does not exist: {error.username}",
    BadPreferenceName: lambda _: "Preference name cannot contain underscores.",
    UnknownPreference: lambda error: f"Not supported preference name: {error.name}",
    EmptyDescription: lambda _: "Description: A value needs to be provided.",
    LongDescription: lambda error: (
        f'Description: The value contains "{error.length}" characters '
        f"but should contain at most {error.most} characters."
    ),
}
"""By kind; the status follows from what kind of refusal it is (``errors.REFUSALS``)."""


def of(error: DomainError) -> str | None:
    """The text for a refusal; None where there is no own one."""
    word = WORDS.get(type(error))
    return None if word is None else word(error)
