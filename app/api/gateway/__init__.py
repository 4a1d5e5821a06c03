"""``/internal/authorize``: a proxy asks it about each request to Umami, and gets the credentials that Umami accepts."""

from http import HTTPStatus

import orjson
from flask import Blueprint, Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from app.domain.errors import Denied, Unauthenticated, Unavailable
from app.domain.umami_routes import route_of
from app.http.errors import Api, Plain, below, headers_for, log_failure, register
from app.http.request import bearer_token, share_headers, visitor
from app.services.gateway import passes

PLACE = "/internal"
JSON_TYPE = "application/json"
ORIGINAL = (("X-Original-Method", "X-Original-URI"), ("X-Forwarded-Method", "X-Forwarded-Uri"))
"""Headers in which proxies pass on method and URI: nginx with our configuration; Caddy and Traefik."""
CODES = {401: "unauthorized", 404: "not-found"}

bp = Blueprint("gateway", __name__, url_prefix=PLACE)


def init_app(app: Flask) -> None:
    """Add the endpoint, if Umami's secret is known."""
    register(Api("gateway", below(PLACE), present, plain))
    if app.extensions["frontdesk"].umami_tokens is not None:
        app.register_blueprint(bp)


@bp.get("/authorize")
def authorize() -> Response:
    """
    Return 200 with the headers that replace the caller's credentials, or 401, for a request that a proxy has received.

    A header that is missing in the response must not reach Umami.
    """
    g.actor = visitor("umami")
    route = route_of(*_asked())
    caller = passes.identify(g.actor, route, token=bearer_token(), **share_headers())
    g.actor = caller.actor
    given = passes.issue(g.actor, route, caller.reader)
    response = Response(status=200)
    if given.bearer is not None:
        response.headers["Authorization"] = f"Bearer {given.bearer}"
    if given.share_token is not None:
        response.headers["X-Umami-Share-Token"] = given.share_token
    return response


def _asked() -> tuple[str, str]:
    """
    Return method and URI of the request that the proxy asks about.

    Clients can send the other proxies' headers as well, so there must be no contradiction.

    :raises Unauthenticated: they are missing or contradict each other
    """
    found = {tuple(request.headers.get(name) for name in names) for names in ORIGINAL} - {(None, None)}
    if len(found) != 1:
        raise Unauthenticated
    method, uri = found.pop()
    if not method or not uri:
        raise Unauthenticated
    return method, uri


def present(error: Exception) -> Response:
    """Return an error in Umami's envelope, since some proxies pass it on to Umami's clients."""
    log_failure(error)
    status, message = 500, "Server error"
    if isinstance(error, Denied):
        status, message = 401, error.message
    elif isinstance(error, Unauthenticated):
        status, message = 401, "Unauthorized"
    elif isinstance(error, Unavailable):
        status, message = 503, error.message
    elif isinstance(error, HTTPException) and error.code:
        status, message = error.code, HTTPStatus(error.code).phrase.capitalize()
    return Response(_body(status, message), status=status, mimetype=JSON_TYPE, headers=headers_for(error))


def plain(status: int, _query_string: str, _request_id: str) -> Plain:
    """Return the envelope for a request that failed before it reached Flask."""
    return JSON_TYPE, _body(status, HTTPStatus(status).phrase.capitalize())


def _body(status: int, message: str) -> bytes:
    code = CODES.get(status, "bad-request" if status < 500 else "server-error")
    return orjson.dumps({"error": {"message": message, "code": code, "status": status}})
