"""What every answer has in common, whatever the wire: request ids, headers, JSON, log lines."""

import re
import time
from typing import Any
from uuid import UUID, uuid4

import orjson
import structlog
from flask import Flask, Response, current_app, g, request
from flask.json.provider import JSONProvider
from werkzeug.middleware.proxy_fix import ProxyFix

from app.config import Config

log = structlog.get_logger("frontdesk.request")
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
CORS_METHODS = "GET, DELETE, POST, PUT"
CORS_HEADERS = (
    "*, Authorization, Content-Type, If-Match, X-Request-Id, "
    "x-umami-api-key, x-umami-share-token, x-umami-share-context"
)
CORS_EXPOSED = "ETag, Retry-After, X-Request-Id"
API_POLICY = "default-src 'none'"
QUIET = frozenset({"/healthz", "/readyz"})


class OrjsonProvider(JSONProvider):
    """JSON by orjson: strict in what it reads (RFC 8259), UTF-8 in what it writes."""

    mimetype = "application/json"

    def dumps(self, obj: Any, **_kwargs: Any) -> str:
        return orjson.dumps(obj, default=str).decode()

    def loads(self, s: str | bytes, **_kwargs: Any) -> Any:
        return orjson.loads(s)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        body = orjson.dumps(self._prepare_response_obj(args, kwargs), default=str)
        return current_app.response_class(body, mimetype=self.mimetype)


def init_app(app: Flask, config: Config) -> None:
    """Install the hooks that give every answer its headers and its log line."""
    app.json = OrjsonProvider(app)
    app.config["MAX_CONTENT_LENGTH"] = config.max_body_bytes
    app.url_map.strict_slashes = False
    if config.trusted_proxies:
        hops = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.before_request(_begin)
    app.after_request(_Headers(config))
    app.after_request(_log)


def request_id() -> str:
    """The id of the request at hand: the caller's own, if it sent a decent one."""
    found: str = g.request_id
    return found


def client_address() -> str:
    """The address of whoever asks, behind as many proxies as are trusted."""
    return request.remote_addr or ""


def _begin() -> Response | None:
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if REQUEST_ID.fullmatch(given) else uuid4().hex
    g.began = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)
    if request.method == "OPTIONS" and request.url_rule is not None:
        allowed = sorted(request.url_rule.methods or ())
        return Response(status=204, headers={"Allow": ", ".join(allowed)})
    return None


class _Headers:
    """CORS as Umami sends it, with ``Authorization`` by name, and what keeps browsers out of trouble."""

    def __init__(self, config: Config) -> None:
        self.origins = frozenset(origin.strip() for origin in config.cors_origins.split(",") if origin.strip())
        ancestors = f"frame-ancestors 'self' {config.allowed_frame_urls}".strip()
        self.fixed = {
            "Access-Control-Allow-Headers": CORS_HEADERS,
            "Access-Control-Allow-Methods": CORS_METHODS,
            "Access-Control-Expose-Headers": CORS_EXPOSED,
            "Access-Control-Max-Age": str(config.cors_max_age),
            "Cache-Control": "no-cache",
            "X-DNS-Prefetch-Control": "on",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Content-Security-Policy": f"{API_POLICY}; {ancestors}",
        }
        if config.force_ssl:
            self.fixed["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"

    def __call__(self, response: Response) -> Response:
        for name, value in self.fixed.items():
            response.headers.setdefault(name, value)
        response.headers["X-Request-Id"] = request_id()
        if "*" in self.origins:
            response.headers["Access-Control-Allow-Origin"] = "*"
        elif self.origins:
            response.headers.add("Vary", "Origin")
            if request.headers.get("Origin") in self.origins:
                response.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
        return response


def _log(response: Response) -> Response:
    if request.path in QUIET and response.status_code == 200:
        return response
    actor = g.get("actor")
    user_id: UUID | None = actor.id if actor is not None else None
    log.info(
        "request",
        method=request.method,
        path=request.path,
        route=request.url_rule.rule if request.url_rule else None,
        status=response.status_code,
        ms=round((time.perf_counter() - g.began) * 1000, 1),
        user_id=str(user_id) if user_id else None,
        address=client_address(),
    )
    return response
