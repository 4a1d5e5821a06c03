"""The endpoints of Umami's API that are closed to anonymous callers or to share tokens, as the app routes them."""

import re

from flask import Flask

from tests.umami.decisions.envelopes import NOWHERE

PUBLIC = {
    ("GET", "/api/heartbeat"),
    ("GET", "/api/config"),
    ("POST", "/api/auth/login"),
    ("POST", "/api/auth/forgot-password"),
    ("GET", "/api/share/<slug>"),
    ("POST", "/api/2fa/verify"),  # takes a partial login, and has error codes of its own
}
OPEN_TO_SHARES = {
    ("GET", "/api/me"),
    ("POST", "/api/auth/logout"),
    ("GET", "/api/websites/<website_id>"),
    ("GET", "/api/websites/<website_id>/shares"),
}


def endpoints(app: Flask, closed_to: str) -> list[tuple[str, str]]:
    """Return method and path of endpoints that are closed to ``anonymous`` or ``share``, with ids that do not exist."""
    is_open = PUBLIC | (OPEN_TO_SHARES if closed_to == "share" else set())
    return [
        (method, re.sub(r"<\w+>", NOWHERE, rule.rule))
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        if rule.endpoint.startswith("umami.") and (method, rule.rule) not in is_open
    ]
