"""``API.…``: the version of the API, and bulk requests."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_plus

from flask import g

from app.api.matomo import parameters, texts
from app.api.matomo.context import Call, current_actor, current_call, identify
from app.api.matomo.dispatch import perform
from app.api.matomo.errors import ApiError, report_of
from app.api.matomo.formats.base import as_array
from app.api.matomo.formats.json import SUCCESS, encoded
from app.api.matomo.parameters import Array, Parameters, Value
from app.api.matomo.permissions import ANYONE, SOME_VIEW
from app.api.matomo.registry import method
from app.domain.roles import SiteRole
from app.domain.scopes import ANY_KEY
from app.services.matomo.requirements import has_account, require_some

VERSION = "5.2.0"
"""The Matomo release whose texts and bodies this API reproduces."""
BULK = "API.getBulkRequest"
MOST_ANONYMOUS_URLS = 10
"""Most calls in a bulk request without an account. With one, only the size of the request limits them."""
MOST_SECONDS, MOST_BYTES = 20.0, 16_000_000
"""After this time, or this much JSON in results, the remaining calls get an error instead of a result."""
OWN = frozenset({"urls", "method", "module", "action", "format", "callback", "jsoncallback"})
"""Parameters of a bulk request that its parts do not inherit."""


@method("API.getMatomoVersion", access=SOME_VIEW, scope=ANY_KEY)
def get_matomo_version() -> str:
    """Return the version of Matomo that clients may expect, to any account and any caller who sees a website."""
    if not has_account(current_actor()):
        require_some(current_actor(), SiteRole.VIEW)
    return VERSION


@method("API.getPiwikVersion", access=SOME_VIEW, scope=ANY_KEY)
def get_piwik_version() -> str:
    """Return the same as ``API.getMatomoVersion``, under the name that older clients use."""
    return get_matomo_version()


@method(BULK, access=ANYONE, bulk=False, filtered=False, scope=ANY_KEY)
def get_bulk_request(urls: Value | None = None) -> list[Any]:
    """Return the results of several calls. They run in order, each in its own transaction."""
    if urls is None:
        raise ApiError(texts.missing("urls"), 400)
    if not isinstance(urls, Array):
        return []
    outer, actor = current_call(), current_actor()
    if len(urls) > MOST_ANONYMOUS_URLS and not has_account(actor):
        raise ApiError(texts.too_many_urls(MOST_ANONYMOUS_URLS), 400)
    try:
        return list(_results(outer, _calls(outer, urls)))
    finally:
        g.matomo, g.actor = outer, actor


def _results(outer: Call, calls: Iterator[Parameters]) -> Iterator[Any]:
    """Yield the result of each call, until the limits of time and size are reached."""
    until, room = time.monotonic() + MOST_SECONDS, MOST_BYTES
    for given in calls:
        if room <= 0 or time.monotonic() > until:
            yield {"result": "error", "message": texts.NOT_CALLED}
            continue
        result = _result(outer, given)
        room -= len(encoded(result))
        yield result


def _calls(outer: Call, urls: Array) -> Iterator[Parameters]:
    """Yield the parameters of each part, with the outer ones as defaults; nested bulk requests are left out."""
    shared = {name: value for name, value in outer.given.items() if name not in OWN}
    for text in urls.values():
        if isinstance(text, str):
            own = parameters.of_query((text if "=" in text else unquote_plus(text)).lstrip("?"))
            if own.get("method") != BULK:
                yield {**shared, **own}


def _result(outer: Call, given: Parameters) -> Any:
    """Return the result of one part as its JSON document."""
    g.matomo = call = Call(given, in_bulk=True)
    try:
        call.token = given.get("token_auth", outer.token)
        g.actor = identify(call.token)
        found = perform(call)
    except Exception as error:
        return {"result": "error", "message": report_of(error).text}
    if found is None:
        return SUCCESS
    return as_array(found) if isinstance(found, list | dict) else {"value": found}
