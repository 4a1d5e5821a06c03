"""What refusals of services are called on this wire, where its clients know their own words for them."""

from collections.abc import Callable
from typing import Any

from app.api.matomo import account_words, texts
from app.errors import DomainError
from app.services import access_tokens, preferences, requirements, site_editing, site_settings, sites

TITLES = {"urls": "URLs", "excluded_ips": "Excluded IPs"}
"""Fields whose title begins the text."""


def _bad_value(error: site_settings.BadValue) -> str:
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
    **account_words.WORDS,
    requirements.AdminNeeded: lambda _: texts.SUPERUSER,
    requirements.LoginNeeded: lambda _: texts.LOGGED_IN,
    requirements.SomeRightNeeded: lambda error: texts.some(error.right),
    requirements.OneselfNeeded: lambda error: texts.superuser_or(error.username),
    requirements.UnknownUser: lambda error: texts.no_user(error.username),
    requirements.HiddenUser: lambda error: texts.no_user(error.username),
    sites.WebsiteDenied: lambda error: texts.on_site(error.right, error.name),
    sites.WebsiteMissing: lambda _: texts.NO_SITE,
    sites.UnexpectedWebsites: lambda error: texts.unexpected_sites(error.shown),
    sites.NoWebsites: lambda _: texts.NO_SITES,
    site_settings.NoName: lambda _: "The website name can't be empty.",
    site_settings.NoUrls: lambda _: _titled("urls", "You must specify at least one URL for the website."),
    site_settings.BadValue: _bad_value,
    site_editing.LastWebsite: lambda _: (
        "It is not possible to delete this website as it is the only registered website. "
        "Add a new website first, then delete this one."
    ),
    site_editing.NoSuchWebsite: lambda error: f"website id = {error.shown} not found",
    preferences.NobodyPrefers: lambda error: f"User does not exist: {error.username}",
    preferences.BadPreferenceName: lambda _: "Preference name cannot contain underscores.",
    preferences.UnknownPreference: lambda error: f"Not supported preference name: {error.name}",
    access_tokens.EmptyDescription: lambda _: "Description: A value needs to be provided.",
    access_tokens.LongDescription: lambda error: (
        f'Description: The value contains "{error.length}" characters '
        f"but should contain at most {error.most} characters."
    ),
}
"""By kind; the status follows from what kind of refusal it is (``errors.REFUSALS``)."""


def of(error: DomainError) -> str | None:
    """The text for a refusal; None where there is no own one."""
    word = WORDS.get(type(error))
    return None if word is None else word(error)
