"""From a request to its answer: the order of checks, one call, one drawing."""

from typing import Any

from flask import Response, g, request
from werkzeug.exceptions import MethodNotAllowed, NotFound

from app.api.matomo import filters, formats, parameters, registry, texts
from app.api.matomo.context import Call, current_call, identify, token_of
from app.api.matomo.errors import ApiError, Refusal, refusal
from app.api.matomo.parameters import Parameters
from app.http.request import request_id
from app.runtime import runtime

PATHS = ("/", "/index.php")
MODULE = "API"
EXPOSED = "X-Matomo-Total-Results, X-Matomo-Has-Some, X-Matomo-Request-Id, Retry-After, X-Request-Id"


def answer() -> Response:
    """
    What the API answers, in the format that is asked for, whatever happens.

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
        call.given = call.given or _flat()
        return _drawn(call, refusal(error))
    if given.get("module") != MODULE:
        raise NotFound
    return _drawn(call, result)


def refuse_wrong_verb() -> Response | None:
    """The answer to PUT and its like, where the API is asked; None for all other requests."""
    error = request.routing_exception
    if not isinstance(error, MethodNotAllowed) or request.path not in PATHS:
        return None
    call = Call(_flat())
    if call.given.get("module") != MODULE:
        return None
    said = refusal(error)
    return _drawn(call, Refusal(said.text, said.status, {"Allow": ", ".join(sorted(error.valid_methods or ()))}))


def perform(call: Call) -> Any:
    """
    The result of the method that the call names, cut as it asks.

    :raises ApiError: there is no such method, or it cannot be called like this
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
    result = method(given)
    return filters.filtered(result) if method.filtered else result


def _query() -> Parameters:
    return parameters.of_query(request.query_string.decode("utf-8", "replace"))


def _flat() -> Parameters:
    """The query as far as an error needs it: it may be one that is refused."""
    return dict(request.args.to_dict())


def _authenticated(call: Call, query: Parameters, form: Parameters) -> Any:
    """First who asks, then whether it can be answered at all."""
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
        if not isinstance(result, Refusal):
            found = form.success() if result is None else form.result(result)
            return _response(found, 200, call.headers)
    except Exception as error:
        result = refusal(error)
    return _response(form.failure(formats.escaped(result.text)), result.status, result.headers)


def _response(found: formats.Answer, status: int, headers: dict[str, str]) -> Response:
    fixed = {
        "X-Matomo-Request-Id": request_id(),
        "X-Frame-Options": "DENY",
        "Access-Control-Expose-Headers": EXPOSED,
    }
    made = {**fixed, **found.headers, **headers}
    return Response(found.body, status=status, headers=made, content_type=found.content_type)
