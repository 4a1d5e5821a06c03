"""``/api/openapi.json``, the OpenAPI document, and ``/docs``, a page to read it and try the API."""

from flask import Blueprint, Flask, Response, current_app, render_template, request
from werkzeug.exceptions import NotFound

from app.api.openapi.assets import Assets
from app.api.openapi.document import Document

PAGE_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
    )
)
"""Nothing from other servers and nothing inline, because users enter tokens on the page."""

bp = Blueprint("documents", __name__, template_folder="templates")


def init_app(app: Flask) -> None:
    """Serve the document and the page. Both are created at the first request."""
    app.extensions["frontdesk_document"] = Document(app)
    app.extensions["frontdesk_assets"] = Assets()
    app.register_blueprint(bp)


@bp.get("/api/openapi.json")
def openapi() -> Response:
    """Return the API as an OpenAPI 3.1 document."""
    document: Document = current_app.extensions["frontdesk_document"]
    response = Response(document.content, mimetype="application/json")
    response.set_etag(document.etag)
    response.headers["Cache-Control"] = "no-cache"
    response.make_conditional(request)
    return response


@bp.get("/docs")
def docs() -> Response:
    """Return the page. Its assets are named by their content, so browsers can keep them forever."""
    response = Response(render_template("docs.html", version=_assets().version), mimetype="text/html")
    response.headers["Content-Security-Policy"] = PAGE_POLICY
    response.add_etag()
    response.make_conditional(request)
    return response


@bp.get("/docs/<version>/<name>")
def asset(version: str, name: str) -> Response:
    """Return an asset of the page. Under another version (two releases side by side) it must not be cached."""
    found = _assets().files.get(name)
    if found is None:
        raise NotFound
    response = Response(found.content, mimetype=found.mimetype)
    response.set_etag(found.etag)
    current = version == _assets().version
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if current else "no-cache"
    response.make_conditional(request)
    return response


def _assets() -> Assets:
    found: Assets = current_app.extensions["frontdesk_assets"]
    return found
