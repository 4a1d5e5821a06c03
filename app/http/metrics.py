"""``/metrics``, for Prometheus."""

import hmac
import ipaddress

from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import NotFound, Unauthorized

from app.http.request import client_address
from app.runtime import runtime

bp = Blueprint("metrics", __name__)


def init_app(app: Flask) -> None:
    """Add the metrics endpoint."""
    app.register_blueprint(bp)


@bp.get("/metrics")
def metrics() -> Response:
    """Return all metrics. Requires FRONTDESK_METRICS_TOKEN; if it is unset, only loopback clients can read them."""
    token = runtime().config.metrics_token
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode("utf-8", "replace"), token.encode()):
            raise Unauthorized
    elif not _from_here(client_address()):
        raise NotFound
    content, content_type = runtime().metrics.page()
    return Response(content, content_type=content_type)


def _from_here(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
        return (getattr(found, "ipv4_mapped", None) or found).is_loopback
    except ValueError:
        return False
