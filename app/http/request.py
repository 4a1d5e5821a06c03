"""Shared by all requests: request ids, headers, JSON, log lines."""

import time
from typing import Any
from uuid import UUID

import orjson
import structlog
from flask import Flask, Response, current_app, g, request
from flask.json.provider import JSONProvider
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.middleware.proxy_fix import ProxyFix

from app.domain.actor import NO_CREDENTIAL, Actor, Origin
from app.domain.scopes import KEY_PREFIX
from app.http.middleware import PAGES, REQUEST_ID, CommonHeaders
from app.settings import Config

log = structlog.get_logger()
QUIET = frozenset({"/healthz", "/readyz", "/internal/authorize"})
"""Paths that are asked often; successful requests are not logged."""


class OrjsonProvider(JSONProvider):
    """JSON by orjson: strict input (RFC 8259), UTF-8 output."""

    mimetype = "application/json"

    def dumps(self, obj: Any, **_kwargs: Any) -> str:
        return orjson.dumps(obj, default=str).decode()

    def loads(self, s: str | bytes, **_kwargs: Any) -> Any:
        return orjson.loads(s)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        body = orjson.dumps(self._prepare_response_obj(args, kwargs), default=str)
        return current_app.response_class(body, mimetype=self.mimetype)


def init_app(app: Flask, config: Config) -> None:
    """Install the hooks that set headers and write log lines."""
    app.json = OrjsonProvider(app)
    app.config["MAX_CONTENT_LENGTH"] = config.max_body_bytes
    app.url_map.strict_slashes = False
    app.wsgi_app = with_common_headers(app.wsgi_app, config)  # type: ignore[method-assign]
    app.before_request(_begin)
    app.after_request(_Closing(app))


def with_common_headers(application: Any, config: Config) -> Any:
    """Wrap a WSGI application: trust the configured proxies, and add the common headers."""
    outer = CommonHeaders(application, config)
    hops = config.trusted_proxies
    return ProxyFix(outer, x_for=hops, x_proto=hops, x_host=hops) if hops else outer


def request_id() -> str:
    """Return the id of the current request."""
    found: str = request.environ[REQUEST_ID]
    return found


def body() -> bytes:
    """
    Return the body as it was sent.

    :raises RequestEntityTooLarge: it is too large. Werkzeug rejects a declared length
        itself, but cuts off a chunked body silently
    """
    data = request.get_data(cache=False)
    most: int = current_app.config["MAX_CONTENT_LENGTH"]
    if request.content_length is None and len(data) >= most and request.environ["wsgi.input"].read(1):
        raise RequestEntityTooLarge
    return data


def client_address() -> str:
    """Return the client's address, behind the trusted proxies."""
    return request.remote_addr or ""


def header(name: str) -> str | None:
    """Return a header of the request; None if it is missing. For Werkzeug, a missing one costs an exception."""
    found: str | None = request.environ.get(f"HTTP_{name.upper().replace('-', '_')}")
    return found


def bearer_token() -> str | None:
    """
    Return the second word of the ``Authorization`` header, whatever the first one is, as Umami does.

    Without that header, return the API key in ``x-umami-api-key``, as Umami Cloud does.
    """
    sent = header("Authorization")
    if sent is None:
        key = header("x-umami-api-key") or ""
        return key if key.startswith(KEY_PREFIX) else None
    words = sent.split(" ")
    return words[1] if len(words) > 1 else None


def share_headers() -> dict[str, Any]:
    """Return what the request says of a public link: ``share_token``, and whether there is a ``share_context``."""
    return {
        "share_token": header("x-umami-share-token"),
        "share_context": bool(header("x-umami-share-context")),
    }


def visitor(protocol: str) -> Actor:
    """Return the caller before authentication: only the origin of the request is known."""
    return Actor(None, NO_CREDENTIAL, Origin(protocol, client_address(), request_id()))


def root() -> str:
    """Return the server's address as the client used it, for links if no public URL is set."""
    return request.url_root


def _begin() -> Response | None:
    g.began = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id())
    if request.method == "OPTIONS" and request.url_rule is not None:
        allowed = sorted(current_app.make_default_options_response().allow)  # of all rules of this path
        answer = Response(status=204, headers={"Allow": ", ".join(allowed)})
        answer.headers.remove("Content-Type")
        return answer
    return None


SHARED = "/api/share/<slug>"
"""Anyone who knows the slug of a public link can use it, so it is not logged."""


class _Closing:
    """Counts and logs a response when it is ready."""

    def __init__(self, app: Flask) -> None:
        self.metrics = app.extensions["frontdesk"].metrics
        self.pools = [(self.metrics.connections.labels(name), pool) for name, pool in app.extensions["frontdesk_pools"]]

    def __call__(self, response: Response) -> Response:
        asked = request._get_current_object()  # type: ignore[attr-defined]  # read often: the proxy is slow
        path, status, rule = asked.path, response.status_code, asked.url_rule
        route, took = rule.rule if rule else None, time.perf_counter() - g.began
        self.metrics.answered(asked.method, route or "unknown", status, took)
        for gauge, pool in self.pools:
            gauge.set(pool.checkedout())
        if path in QUIET and status == 200:
            return response
        for place in PAGES:
            if place in path and not path.startswith("/api/"):
                path = f"{path.partition(place)[0]}{place}…"  # the rest is as good as a password
        if route == SHARED:
            path = route
        actor = g.get("actor")
        user_id: UUID | None = actor.id if actor is not None else None
        log.info(
            "request",
            logger="frontdesk.request",
            method=asked.method,
            path=path,
            route=route,
            status=status,
            ms=round(took * 1000, 1),
            user_id=str(user_id) if user_id else None,
            address=asked.remote_addr or "",
        )
        return response
