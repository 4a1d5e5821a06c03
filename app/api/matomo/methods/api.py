"""``API.…``: about the API itself, and several calls in one."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_plus

from flask import g

from app.api.matomo import parameters, texts
from app.api.matomo.call import Call, current_actor, current_call, identify
from app.api.matomo.dispatch import perform
from app.api.matomo.errors import ApiError, refusal
from app.api.matomo.formats.base import as_array
from app.api.matomo.formats.json import SUCCESS
from app.api.matomo.parameters import Array, Parameters, Value
from app.api.matomo.permissions import ANYONE, SOME_VIEW
from app.api.matomo.registry import method
from app.services.requirements import is_somebody, require_login

VERSION = "5.2.0"
"""The Matomo whose texts and bodies these are."""
BULK = "API.getBulkRequest"
MOST_URLS, MOST_URLS_OF_ANYBODY = 100, 10
OWN = frozenset({"urls", "method", "module", "action", "format", "callback", "jsoncallback"})
"""Parameters of a bulk request that say nothing to its parts."""


@method("API.getMatomoVersion", access=SOME_VIEW)
def get_matomo_version() -> str:
    """The version of Matomo that clients may expect, to whoever has an account."""
    require_login(current_actor())
    return VERSION


@method(BULK, access=ANYONE, bulk=False, filtered=False)
def get_bulk_request(urls: Value) -> list[Any]:
    """The results of several calls, one after the other, each for itself: what one does, the next finds done."""
    if not isinstance(urls, Array):
        return []
    most = MOST_URLS if is_somebody(current_actor()) else MOST_URLS_OF_ANYBODY
    if len(urls) > most:
        raise ApiError(texts.too_many_urls(most), 400)
    outer, actor = current_call(), current_actor()
    try:
        return [_result(outer, given) for given in _calls(outer, urls)]
    finally:
        g.matomo, g.actor = outer, actor


def _calls(outer: Call, urls: Array) -> Iterator[Parameters]:
    """The parameters of each part, the outer ones where it has none of its own; a bulk request is no part of one."""
    shared = {name: value for name, value in outer.given.items() if name not in OWN}
    for text in urls.values():
        if isinstance(text, str):
            own = parameters.of_query((text if "=" in text else unquote_plus(text)).lstrip("?"))
            if own.get("method") != BULK:
                yield {**shared, **own}


def _result(outer: Call, given: Parameters) -> Any:
    """One part as its JSON would be read."""
    g.matomo = call = Call(given, in_bulk=True)
    try:
        call.token = given.get("token_auth", outer.token)
        g.actor = identify(call.token)
        found = perform(call)
    except Exception as error:
        return {"result": "error", "message": refusal(error).text}
    if found is None:
        return SUCCESS
    return as_array(found) if isinstance(found, list | dict) else {"value": found}
