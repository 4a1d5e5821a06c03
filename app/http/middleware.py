"""Common headers, set outside Flask, where this takes a tenth of the time."""

import re
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from app.settings import Config

Environ = dict[str, Any]
REQUEST_ID = "frontdesk.request_id"
REQUEST_ID_TEXT = re.compile(r"[A-Za-z0-9._-]{1,64}")
ALLOWED_HEADERS = (
    "*, Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-Id, "
    "x-umami-api-key, x-umami-share-token, x-umami-share-context"
)
EXPOSED_HEADERS = "ETag, Idempotent-Replayed, Link, Location, Retry-After, Warning, X-Request-Id"
PAGES = ("/invitations/", "/reset-password/")
"""Pages for browsers whose address contains a secret; the log leaves it out."""


class CommonHeaders:
    """
    Gives every request an id, the caller's own if it is well-formed, and every response its headers: CORS as Umami
    sends it, with ``Authorization`` by name, and security headers. Headers that the application has set stay.
    """

    def __init__(self, app: Any, config: Config) -> None:
        self.app = app
        self.origins = frozenset(origin.strip() for origin in config.cors_origins.split(",") if origin.strip())
        ancestors = f"frame-ancestors 'self' {config.allowed_frame_urls}".strip()
        fixed = {
            "Access-Control-Allow-Headers": ALLOWED_HEADERS,
            "Access-Control-Allow-Methods": "GET, DELETE, POST, PUT",
            "Access-Control-Expose-Headers": EXPOSED_HEADERS,
            "Access-Control-Max-Age": str(config.cors_max_age),
            "Cache-Control": "no-cache",
            "X-DNS-Prefetch-Control": "on",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Content-Security-Policy": f"default-src 'none'; {ancestors}",
        }
        if config.force_ssl:
            fixed["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
        if "*" in self.origins:
            fixed["Access-Control-Allow-Origin"] = "*"
        self.fixed = [(name, name.lower(), value) for name, value in fixed.items()]

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        given = environ.get("HTTP_X_REQUEST_ID", "")
        request_id = given if given and REQUEST_ID_TEXT.fullmatch(given) else uuid4().hex
        environ[REQUEST_ID] = request_id

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            present = {name.lower() for name, _ in headers}
            headers += [(name, value) for name, lower, value in self.fixed if lower not in present]
            headers.append(("X-Request-Id", request_id))
            if self.origins and "*" not in self.origins:
                headers.append(("Vary", "Origin"))
                if environ.get("HTTP_ORIGIN") in self.origins:
                    headers.append(("Access-Control-Allow-Origin", environ["HTTP_ORIGIN"]))
            return start_response(status, headers, exc_info)

        result: Iterable[bytes] = self.app(environ, start)
        return result
