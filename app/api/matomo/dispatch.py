"""From request to response: check the request in a fixed order, call the method, serialize its result."""

from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from flask import Response, g, request
from werkzeug.exceptions import NotFound

from app.api.matomo import filters, formats, parameters, registry, texts
from app.api.matomo.context import Call, current_actor, current_call, identify, token_of
from app.api.matomo.errors import ApiError, ErrorReport, report_of
from app.api.matomo.parameters import Parameters
from app.domain import policy
from app.http.errors import Plain
from app.http.request import request_id
from app.runtime import runtime

SHARED_PATH, OWN_PATH = PATHS = ("/", "/index.php")
MODULE = "API"
EXPOSED = "X-Matomo-Total-Results, X-Matomo-Has-Some, X-Matomo-Request-Id, Retry-After, X-Request-Id"


def answer() -> Response:
    """
    Return the API's response in the requested format; errors are serialized too.

    :raises NotFound: the request is not for the API
    """
    g.matomo = call = Call({})
    result: Any
    try:
        call.given = query = _query()
        form = parameters.of_body()
        call.given = given = {**form, **query}
        if given.get("module") == MODULE:
            result = _authenticated(call, query, form)
    except Exception as error:
        call.given = call.given or _flat(_query_string())
        return _drawn(call, report_of(error))
    if given.get("module") != MODULE:
        raise NotFound
    return _drawn(call, result)


def claims(path: str, query_string: str) -> bool:
    """Return whether a request is for this API: always at its own path, at the root only with ``module=API``."""
    return path == OWN_PATH or (path == SHARED_PATH and _flat(query_string).get("module") == MODULE)


def present(error: Exception) -> Response:
    """Return the response to an error raised outside ``answer``, such as a wrong HTTP method or an unknown module."""
    g.matomo = call = Call(_flat(_query_string()))
    return _drawn(call, report_of(error))


def plain(status: int, query_string: str, _request_id: str) -> Plain:
    """Return the body for a request that failed before it reached Flask, in the format that its query requests."""
    said = texts.HTTP.get(status, HTTPStatus(status).phrase)
    found = formats.format_of(_flat(query_string)).failure(formats.escaped(said))
    return found.content_type, found.body


def perform(call: Call) -> Any:
    """
    Return the result of the called method after the generic filters.

    :raises ApiError: there is no such method, or it cannot be called this way
    """
    given = call.given
    name = given.get("method", "")
    if not name:
        raise ApiError(texts.NO_METHOD, 400)
    method = registry.find(name if isinstance(name, str) else "")
    if method.writes and request.method != "POST" and not runtime().config.matomo_allow_get_writes:
        raise ApiError(texts.post_only(method.name), 405, headers={"Allow": "POST"})
    if call.in_bulk and not method.bulk:
        raise ApiError(texts.NOT_IN_BULK, 400)
    policy.require_scope(current_actor(), method.scope)
    result = method(given)
    return filters.filtered(result) if method.filtered else result


def _query() -> Parameters:
    return parameters.of_query(_query_string())


def _query_string() -> str:
    return request.query_string.decode("utf-8", "replace")


def _flat(query_string: str) -> Parameters:
    """Return the query as far as an error response needs it: unlike ``_query``, this never fails."""
    return dict(parse_qsl(query_string, keep_blank_values=True, errors="replace"))


def _authenticated(call: Call, query: Parameters, form: Parameters) -> Any:
    """Identify the caller before anything else is checked, then call the method."""
    call.token = token_of(query, form)
    g.actor = identify(call.token, openly="token_auth" in query)
    for name in query.keys() & form.keys() & {"force_api_session"}:
        if query[name] != form[name]:
            raise ApiError(texts.two_values(name), 400)
    name = formats.name_of(call.given)
    if name not in formats.NAMES:
        raise ApiError(texts.no_format(name, ", ".join(formats.NAMES)), 400)
    action = call.given.get("action", "")
    if action not in ("", "index"):
        raise ApiError(texts.NO_ACTION, 404)
    return perform(current_call())


def _drawn(call: Call, result: Any) -> Response:
    form = formats.format_of(call.given)
    try:
        if not isinstance(result, ErrorReport):
            found = form.success() if result is None else form.result(result)
            return _response(found, 200, call.headers)
    except Exception as error:
        result = report_of(error)
    return _response(form.failure(formats.escaped(result.text)), result.status, result.headers)


def _response(found: formats.Answer, status: int, headers: dict[str, str]) -> Response:
    fixed = {
        "X-Matomo-Request-Id": request_id(),
        "X-Frame-Options": "DENY",
        "Access-Control-Expose-Headers": EXPOSED,
    }
    made = {**fixed, **found.headers, **headers}
    return Response(found.body, status=status, headers=made, content_type=found.content_type)
